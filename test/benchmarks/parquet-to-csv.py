"""The baseline of Parquet to Postgres: Arrow reads the file in batches and writes CSV to standard output."""

import sys

import pyarrow.csv as csv
import pyarrow.parquet as parquet

file = parquet.ParquetFile(sys.argv[1])
options = csv.WriteOptions(include_header=False)
out = sys.stdout.buffer
for batch in file.iter_batches(batch_size=65536):
    csv.write_csv(batch, out, options)
