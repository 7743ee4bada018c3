import { createHash } from 'node:crypto';
import { stableJson } from '@dpone/sdk';
import type { Project } from './project.js';

const NAMESPACE = 'https://github.com/PaulKov/dpone/sbom';

/** SPDX 2.3: https://spdx.github.io/spdx-spec/v2.3/ */
export function spdx(project: Project, now: Date): unknown {
  const packages = project.requirements.map(({ name, version, scope, purl }, i) => ({
    SPDXID: `SPDXRef-Package-${name.replaceAll(/[^A-Za-z0-9]/g, '-')}-${i + 1}`,
    name,
    versionInfo: version,
    supplier: 'NOASSERTION',
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    comment: `scope=${scope}`,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  }));
  return {
    SPDXID: 'SPDXRef-DOCUMENT',
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    name: `${project.name}-${project.version}`,
    documentNamespace: `${NAMESPACE}/${encodeURI(project.name)}/${encodeURIComponent(project.version)}`,
    // The specification has no fractions of a second, and only this way to write UTC.
    creationInfo: { created: `${now.toISOString().slice(0, 19)}Z`, creators: ['Tool: dpone'] },
    packages,
    relationships: packages.map(({ SPDXID }) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: SPDXID,
    })),
  };
}

/** CycloneDX 1.5: https://cyclonedx.org/docs/1.5/json/ */
export function cycloneDx(project: Project): unknown {
  const components = project.requirements.map(({ name, version, scope, purl }) => ({
    type: 'library',
    name,
    version,
    scope,
    purl,
  }));
  const component = { type: 'application', name: project.name, version: project.version };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuidOf(stableJson([component, components]))}`,
    version: 1,
    metadata: { component },
    components,
  };
}

/** The same content has the same number: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8 */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
