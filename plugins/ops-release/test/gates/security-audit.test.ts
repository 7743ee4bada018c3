import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { securityAudit } from '@dpone/ops-release';
import { judge, stableJson, type GateReport } from '@dpone/sdk';
import { inWorkspace } from '../support/workspace.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N';

describe('security-audit', () => {
  const w = inWorkspace();
  const audit = (input: Record<string, unknown>): Promise<GateReport> => w.run(securityAudit, input);
  const manifest = async (value: unknown): Promise<readonly string[]> =>
    (await audit({ manifest_json: JSON.stringify(value) })).blockers;
  const log = async (log_text: string): Promise<readonly string[]> => (await audit({ log_text })).blockers;

  for (const [value, blockers] of [
    [{ password: 'hunter2' }, ['inline_secret.password']],
    [
      { a: [{ API_KEY: 'x' }, { my_token_name: 'x' }] },
      ['inline_secret.a.0.API_KEY', 'inline_secret.a.1.my_token_name'],
    ],
    [{ secret: { env: 'NAME' } }, ['inline_secret.secret']],
    [{ token: 5, max: 5 }, ['inline_secret.token']],
    [{ password: { password: 'x' } }, ['inline_secret.password', 'inline_secret.password.password']],
    [
      { passwd: 'hunter2', pwd: 'hunter2', 'api-key': 'abcd', credentials: 'abcd' },
      ['passwd', 'pwd', 'api-key', 'credentials'].map((k) => `inline_secret.${k}`),
    ],
    [{ dsn: 'postgres://u:hunter2@h/d', note: 'x https://u:hunter2@h y' }, ['inline_secret.dsn', 'inline_secret.note']],
    [{ note: 'ghp_0123456789abcdef0123', other: JWT }, ['inline_secret.note', 'inline_secret.other']],
    [{ pem: '-----BEGIN RSA PRIVATE KEY-----\nMII' }, ['inline_secret.pem']],
    [{ connection_type: 'inline' }, ['unsafe_connection_type.connection_type']],
    [{ connection_type: null }, ['unsafe_connection_type.connection_type']],
    [{ connection_type: 'VAULT' }, ['unsafe_connection_type.connection_type']],
  ] as const) {
    it(`finds what is in clear in ${JSON.stringify(value).slice(0, 70)}`, async () => {
      expect(await manifest(value)).to.eql(blockers.map((code) => `manifest.${code}`));
    });
  }

  for (const value of [
    { password: '${PASSWORD}', token: '{{ token }}', secret: ' env:X', api_key: 'vault:a#b', private_key: 'airflow:c' },
    { password: '', token: null, secret: 0, api_key: false, private_key: [], client_secret: {} },
    { password: '***', token: '[REDACTED]', secret: '<Redacted>', api_key: 'REDACTED' },
    { connection_type: 'env', a: { connection_type: 'params' } },
    { passwd: 'y', pwd: 'no', credentials: { user: 'u' } },
    { dsn: 'postgres://host:5432/db', url: 'postgres://u:${PW}@h/d', image: 'http://host:80/@scope/name' },
    'text',
    7,
    null,
  ]) {
    it(`leaves alone: ${JSON.stringify(value).slice(0, 70)}`, async () => {
      expect(await manifest(value)).to.eql([]);
    });
  }

  for (const [text, found] of [
    ['ghp_0123456789abcdef0123', 'github_token'],
    ['pypi-AgEIcHlwaS5vcmcCJGE', 'pypi_token'],
    ['key AKIAABCDEFGHIJKLMNOP.', 'aws_access_key'],
    ['password=hunter2', 'password_assignment'],
    ['password: secret', 'password_assignment'],
    ['Token : s3cr3t', 'password_assignment'],
    ['{"password": "hunter2"}', 'password_assignment'],
    ['db_password=hunter2', 'password_assignment'],
    ['password=[REDACTED] api-key=x', 'password_assignment'],
    ['postgres://admin:hunter2@db/x', 'url_credentials'],
    ['mssql://sa:Pass!s@word@db', 'url_credentials'],
    [`Authorization: ${JWT}`, 'jwt'],
    ['-----BEGIN PRIVATE KEY-----', 'private_key'],
  ] as const) {
    it(`finds ${found} in ${text.slice(0, 50)}`, async () => {
      expect(await log(text)).to.eql([`log.unredacted_secret.${found}`]);
    });
  }

  for (const text of [
    'password=[REDACTED] token=[REDACTED]',
    'password: [REDACTED]',
    'token="***" secret=${SECRET}',
    'postgres://admin:***@db http://localhost:8080/a@b',
    'tokens=5 passwords are fine',
    '',
  ]) {
    it(`leaves alone: ${text}`, async () => {
      expect(await log(text)).to.eql([]);
    });
  }

  it('names each kind once, manifest before log, and says no value back', async () => {
    const report = await audit({
      manifest_json: '{"a": {"password": "hunter2"}, "connection_type": "hunter2"}',
      log_text: 'password=hunter2 password=hunter2 x://u:hunter2@h',
    });
    expect(report.blockers).to.eql([
      'manifest.inline_secret.a.password',
      'manifest.unsafe_connection_type.connection_type',
      'log.unredacted_secret.password_assignment',
      'log.unredacted_secret.url_credentials',
    ]);
    expect(stableJson(report)).to.not.include('hunter2');
  });

  it('is green evidence where nothing was found', async () => {
    const report = await audit({});
    expect((report['findings'] as object[])[0]).to.include({ code: 'security.no_findings', passed: true });
    expect(judge(report).verdict).to.equal('green');
    expect(judge(await audit({ log_text: 'password=x' })).verdict).to.equal('red');
  });

  it('reads manifests and logs from files, all of them', async () => {
    await w.put('m.yml', 'source:\n  password: hunter2\n');
    await w.put('m.json', '{"connection_type": "x"}');
    await w.put('run.log', 'ok\ntoken=abc\n');
    expect((await audit({ manifest: ['m.yml', 'm.json'], log: ['run.log'] })).blockers).to.eql([
      'manifest.inline_secret.source.password',
      'manifest.unsafe_connection_type.connection_type',
      'log.unredacted_secret.password_assignment',
    ]);
    await w.put('bad.yml', 'a: [hunter2');
    await expectError(() => audit({ manifest: ['bad.yml'] }), ['DPONE_INPUT_INVALID']);
    await expectError(() => audit({ manifest: ['gone.yml'] }), ['DPONE_FILE_NOT_FOUND']);
    await expectError(() => audit({ log: ['gone.log'] }), ['DPONE_FILE_UNREADABLE']);
    await expectError(() => audit({ manifest_json: '{' }), ['DPONE_USAGE']);
  });

  it('never shows a secret that it was given under a secret name', async () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{12,20}$/);
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom('password', 'token', 'x_secret', 'apikey'), async (value, key) => {
        const report = await audit({ manifest_json: JSON.stringify({ [key]: value }), log_text: `password=${value}` });
        expect(report.passed).to.equal(false);
        expect(stableJson(report)).to.not.include(value);
      }),
      { numRuns: 50 },
    );
  });

  it('takes no longer than a log is long', async () => {
    for (const text of ['a_'.repeat(100_000), '://a:'.repeat(40_000), 'password'.repeat(20_000)]) await log(text);
  }).timeout(60_000);
});
