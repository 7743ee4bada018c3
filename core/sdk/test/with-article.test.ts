import { expect } from 'chai';
import { withArticle } from '../dist/index.js';

describe('withArticle', () => {
  it('says a name as it is spoken', () => {
    const names = ['array', 'interval', 'int64', 's3', 'mssql', 'struct', 'uuid', 'uint8', 'map', 'postgres'];
    expect(names.map(withArticle).join(', ')).to.equal(
      'an array, an interval, an int64, an s3, an mssql, a struct, a uuid, a uint8, a map, a postgres',
    );
  });
});
