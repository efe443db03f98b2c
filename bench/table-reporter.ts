import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Prints what the benches measured as one table: name, median, ratio to its yardstick, how it was measured. */

export default class TableReporter implements Reporter {
  readonly #rows: (readonly [string, string, string, string])[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    for (const { type, description } of result.annotations)
      if (type === 'bench') this.#rows.push(JSON.parse(description ?? '[]') as [string, string, string, string]);
    if (result.status !== 'passed') this.#rows.push([test.title, result.status, '', result.error?.message?.split('\n')[0] ?? '']);
  }

  onEnd(): void {
    const head = ['what', 'median', 'of the bar', 'how'] as const;
    const widths = head.map((title, column) => Math.max(title.length, ...this.#rows.map((row) => row[column]!.length)));
    for (const row of [head, ...this.#rows])
      process.stdout.write(
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
      );
  }
}
