// Parquet files for tests, written by hyparquet-writer.
import { parquetWriteBuffer } from "hyparquet-writer";

type Column = Parameters<typeof parquetWriteBuffer>[0]["columnData"][number];

/** A Parquet file with these columns, in row groups of `rowGroupSize` rows. */
export function parquetOf(columnData: readonly Column[], rowGroupSize = 1000): Buffer {
  return Buffer.from(parquetWriteBuffer({ columnData: [...columnData], rowGroupSize }));
}
