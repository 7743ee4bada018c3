import { expect } from 'chai';
import { explain, resolveValue } from '@dpone/engine';
import { errorOf, loadText, processOf, single } from './workspace.js';

describe('references to environment variables', () => {
  it('are filled in, with defaults, escapes and several in one text', async () => {
    const process = await processOf(
      single('', "  options: {a: 'x-${A}-${B:-b}', b: '$${A}', c: '${EMPTY:-filled}', d: 'e${EMPTY}f'}\n"),
      {
        env: { A: '1', EMPTY: '' },
      },
    );
    expect(process.sink.options).to.deep.equal({ a: 'x-1-b', b: '${A}', c: 'filled', d: 'ef' });
  });

  it('are typed where they stand alone without quotes, and text where they are quoted', async () => {
    const process = await processOf(single('', '  options:\n    a: ${N}\n    b: "${N}"\n    c: ${T}\n    d: ${Z}\n'), {
      env: { N: '12', T: 'true', Z: '007' },
    });
    expect(process.sink.options).to.deep.equal({ a: 12, b: '12', c: true, d: '007' });
  });

  it('count as numbers and booleans where the engine wants these', async () => {
    const process = await processOf(
      single(
        'engine: {parallel: "${P}", lock_timeout: "${T:-5}"}\n',
        '  options: {schema_evolution: {enabled: "${E}"}}\n',
      ),
      {
        env: { P: '4', E: 'no' },
      },
    );
    expect(process.engine).to.deep.include({ parallel: 4, lockTimeoutSeconds: 5 });
    expect(process.schemaEvolution.enabled).to.equal(false);
  });

  it('that are not set are one error that names each with its place', async () => {
    const error = await errorOf(
      loadText(
        'name: a\nsource: {type: files, options: {path: "${DIR}/x"}}\nsink:\n  type: duckdb\n  connection: ${DB}\n  table: t\n',
      ),
    );
    expect([error.code, error.where]).to.deep.equal(['DPONE_MANIFEST_VARIABLE', 'm.yml:2:39']);
    expect(error.message)
      .to.contain('the environment variable DIR is not set')
      .and.to.match(/; also m\.yml:5:15: sink\.connection: the environment variable DB is not set$/);
  });

  it('that are malformed are refused rather than left as they are', async () => {
    const error = await errorOf(loadText(single('', "  options: {a: '${not a name}'}\n")));
    expect(error.code).to.equal('DPONE_MANIFEST_VARIABLE');
    expect(error.message).to.contain('begins no reference');
  });

  it('of a connection stay references, in the process and in what is explained', async () => {
    const env = { PW: 'hunter2', DIR: 'data' };
    const text = single('', "  options: {password: '${PW}'}\n").replace(
      'shop.duckdb',
      '{uri: "pg://u:${PW}@h", password: "${PW}"}',
    );
    const manifest = await loadText(text, { env });
    const process = manifest.processes[0]!;
    expect(process.sink.connection).to.deep.equal({
      kind: 'inline',
      value: { uri: 'pg://u:${PW}@h', password: '${PW}' },
    });
    expect(JSON.stringify([process.raw, process.places, await explain(manifest, null)])).not.to.contain('hunter2');
    expect(resolveValue(process.sink.connection, env, 'm.yml')).to.deep.equal({
      kind: 'inline',
      value: { uri: 'pg://u:hunter2@h', password: 'hunter2' },
    });
    const error = await errorOf(Promise.resolve().then(() => resolveValue('${GONE}', env, 'm.yml:3')));
    expect([error.code, error.where]).to.deep.equal(['DPONE_MANIFEST_VARIABLE', 'm.yml:3']);
  });

  it('without quotes inside braces are no YAML, and the error says what to do', async () => {
    const error = await errorOf(loadText('name: a\nsink: {type: ${X}}\n'));
    expect(error.code).to.equal('DPONE_MANIFEST_SYNTAX');
    expect(error.remedy).to.contain('Put "${NAME}" in quotes');
  });

  it('do not leak into the message about a value that does not fit', async () => {
    const error = await errorOf(
      loadText(single('state: {type: "${PW}"}\n', '  options: {technical_columns: "${PW}"}\n'), {
        env: { PW: 'Hunter2!' },
      }),
    );
    expect(error.code).to.equal('DPONE_MANIFEST_INVALID');
    expect(error.message).not.to.contain('Hunter2');
  });
});
