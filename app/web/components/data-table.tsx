import {
  type CellData,
  type ColumnDef,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  type SortingState,
  sortFns,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns });

export type Column<Row extends RowData> = ColumnDef<typeof features, Row, CellData>;

interface DataTableProps<Row extends RowData> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Columns that hold numbers: set to the right. */
  readonly numbers?: readonly string[];
  readonly first?: SortingState;
  /** Rows that stand above the others, however the table is sorted. */
  readonly isFirst?: (row: Row) => boolean;
}

/** A table that sorts by its headers. */
export function DataTable<Row extends RowData>({
  label,
  rows,
  columns,
  numbers = [],
  first = [],
  isFirst = () => false,
}: DataTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>(first);
  const table = useTable({
    features,
    data: rows as Row[],
    columns: columns as Column<Row>[],
    state: { sorting },
    onSortingChange: setSorting,
  });
  const all = table.getRowModel().rows;
  const inOrder = [...all.filter((row) => isFirst(row.original)), ...all.filter((row) => !isFirst(row.original))];
  const side = (id: string) => (numbers.includes(id) ? "number" : undefined);
  return (
    <table aria-label={label}>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers.map((header) => {
              const sorted = header.column.getIsSorted();
              const order = sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined;
              return (
                <th key={header.id} className={side(header.column.id)} aria-sort={order}>
                  {header.column.getCanSort() ? (
                    <button type="button" className="sort" onClick={header.column.getToggleSortingHandler()}>
                      <table.FlexRender header={header} />
                      {sorted === "asc" && <ArrowUp size={13} aria-hidden />}
                      {sorted === "desc" && <ArrowDown size={13} aria-hidden />}
                    </button>
                  ) : (
                    <table.FlexRender header={header} />
                  )}
                </th>
              );
            })}
          </tr>
        ))}
      </thead>
      <tbody>
        {inOrder.map((row) => (
          <tr key={row.id}>
            {row.getAllCells().map((cell) => (
              <td key={cell.id} className={side(cell.column.id)}>
                <table.FlexRender cell={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
