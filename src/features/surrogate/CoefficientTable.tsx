import { tableOf, csvOf } from '#/charts/chart';
import { DataTable } from '#/components/DataTable';
import type { SurrogateAnswer } from '#/queries/surrogate';
import { surrogateText } from '#/text/surrogate';

interface CoefficientTableProps {
  readonly answer: SurrogateAnswer;
  readonly outputs: readonly string[];
}

/** Coefficients of a linear surrogate, the largest first; the intercepts stand at the end. */
export function CoefficientTable({ answer, outputs }: CoefficientTableProps) {
  const lines = [...answer.coefficients, { name: surrogateText.intercept, values: answer.intercepts }];
  const table = tableOf(
    [
      { name: surrogateText.feature, numeric: false },
      ...answer.intercepts.map((_, output) => ({ name: outputs[output] ?? String(output), numeric: true })),
    ],
    lines.length,
    (row, column) => {
      const line = lines[row];
      if (line === undefined) return null;
      return column === 0 ? line.name : (line.values[column - 1] ?? null);
    },
  );
  return <DataTable table={table} caption={surrogateText.coefficients} csv={csvOf(table)} onOpenRow={() => undefined} />;
}
