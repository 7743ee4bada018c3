import { expect } from 'chai';
import fc from 'fast-check';
import { selectOnly } from '@dpone/sdk/odcs';

describe('a query that only selects', () => {
  it('is taken without its last semicolon', () => {
    for (const query of [
      'select 1',
      ' SELECT count(*) FROM ${object};\n',
      "WITH a AS (SELECT ')' AS x) SELECT 1 FROM a",
    ])
      expect(selectOnly(query), query).to.deep.equal({ query: query.trim().replace(';', '') });
  });

  it('is nothing that could be more', () => {
    const parts = [
      'SELECT 1',
      ')',
      '(',
      ';',
      '--',
      '/*',
      '*/',
      "'",
      '"',
      'INTO x',
      'DROP TABLE t',
      ' ',
      '\n',
      'FROM a',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 8 }), (words) => {
        const made = selectOnly(words.join(' '));
        if (!('query' in made)) return;
        expect(made.query).to.match(/^select/i);
        expect(made.query).not.to.match(/;|--|\/\*|\*\/|\binto\b/i);
        // Whatever the texts hide, what stands outside of them closes what it opens.
        const bare = made.query.replaceAll(/'[^']*'|"[^"]*"/g, '');
        expect(bare.split('(').length).to.equal(bare.split(')').length);
      }),
    );
  });

  it('says why it is not', () => {
    const why = (query: string): unknown => Object.values(selectOnly(query))[0];
    expect(why('UPDATE t SET a = 1')).to.equal('is no SELECT');
    expect(why('SELECT 1; DROP TABLE t')).to.equal('has a semicolon in it');
    expect(why('SELECT 1) AS a, (SELECT 2')).to.equal('has a bracket too many or too few');
    expect(why('SELECT a INTO b FROM c')).to.equal('has an INTO in it');
  });
});
