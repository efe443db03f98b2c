import type { KernelRow } from './kernel-error';
import type { LaneTiming, Measured, Timing } from './measure';
import type { Lane } from './protocol';

type LaneName = Lane['name'];

export interface Growth {
  readonly what: string;
  /** Both with set-up. */
  readonly times: ReadonlyMap<LaneName, { readonly small: Timing; readonly large: Timing }>;
  readonly bar: number | null;
}

export interface MemoryRow {
  readonly what: string;
  readonly resultBytes: number;
  readonly lanes: ReadonlyMap<LaneName, { readonly growth: number | null; readonly kernels: number }>;
}

export interface Report {
  readonly facts: readonly (readonly [string, string])[];
  readonly lanes: readonly LaneName[];
  readonly measured: readonly Measured[];
  readonly kernel: readonly KernelRow[];
  readonly growth: readonly Growth[];
  readonly memory: readonly MemoryRow[];
  /** By section: why a bar is missed, from a profile. */
  readonly why: ReadonlyMap<string, string>;
}

const MEMORY_BAR = 64 * 2 ** 20;

/** Three digits. */
const digits = (x: number): string => {
  if (!Number.isFinite(x)) return '–';
  if (Math.abs(x) >= 100) return Math.round(x).toLocaleString('en-US');
  return String(Number(x.toPrecision(3)));
};
const both = (timing: Timing | undefined): string => (timing === undefined ? '–' : `${digits(timing.cpu)} (${digits(timing.wall)})`);
const ratio = (theirs: Timing, ours: Timing): string => `${digits(theirs.cpu / ours.cpu)} (${digits(theirs.wall / ours.wall)})`;
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const withSetUp = ({ wall, cpu, setUp }: LaneTiming): Timing => ({ wall: wall + setUp.wall, cpu: cpu + setUp.cpu });

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Bars are judged by CPU time where it is known: other programs on the machine do not change it. */
function judged(timing: Timing): number {
  return Number.isFinite(timing.cpu) ? timing.cpu : timing.wall;
}

interface Verdict {
  readonly bar: string;
  readonly result: string;
  readonly missed: boolean;
}

function verdict({ one, peer, lanes, difference }: Measured, lane: LaneName): Verdict {
  const ours = lanes.get(lane);
  const bar = one.most === null ? (one.ratio === null ? '–' : `≥ ${one.ratio}x`) : `≤ ${one.most} ms`;
  if (ours === undefined) return { bar, result: 'not measured', missed: false };
  if (difference !== null && !(difference <= (one.peer?.tolerance ?? 0))) return { bar, result: '**void: values differ**', missed: true };
  if (one.most !== null) return answerOf(bar, judged(ours) <= one.most);
  if (one.ratio === null) return { bar, result: '–', missed: false };
  if (peer === null) return { bar, result: 'peer absent', missed: false };
  return answerOf(bar, judged(peer) / judged(ours) >= one.ratio);
}

const answerOf = (bar: string, met: boolean): Verdict => ({ bar, result: met ? 'met' : '**missed**', missed: !met });

/** The whole of docs/BENCHMARKS.md. */
export function markdown(report: Report): string {
  const { lanes } = report;
  const judge = lanes.at(-1) ?? 'Node';
  const missed: string[] = [];
  const miss = (section: string, what: string): void => {
    missed.push(`- ${section}, ${what}: ${report.why.get(section) ?? 'not profiled.'}`);
  };
  const sections = [...new Set(report.measured.map(({ one }) => one.section))].map((section) => {
    const rows = report.measured.filter(({ one }) => one.section === section);
    const head = [
      'rows',
      'peer',
      'peer, ms',
      ...lanes.map((lane) => `${lane}, ms`),
      ...lanes.map((lane) => `peer / ${lane}`),
      `set-up in ${judge}, ms`,
      'peer / set-up and run',
      'difference',
      'bar',
      '',
    ];
    const body = rows.map((row) => {
      const { one, peer, difference } = row;
      const own = row.lanes.get(judge);
      const { bar, result, missed: isMissed } = verdict(row, judge);
      if (isMissed) miss(section, `${one.job.rows.toLocaleString('en-US')} rows`);
      return [
        one.job.rows.toLocaleString('en-US'),
        one.peer === null ? '–' : `${one.peer.name}${one.peer.rows < one.job.rows ? ` (by ${one.peer.rows} rows)` : ''}`,
        peer === null ? (row.missing ?? '–') : both(peer),
        ...lanes.map((lane) => both(row.lanes.get(lane))),
        ...lanes.map((lane) => (peer === null || !row.lanes.has(lane) ? '–' : ratio(peer, row.lanes.get(lane)!))),
        both(own?.setUp),
        peer === null || own === undefined ? '–' : one.job.work.kind === 'anchors' ? '–' : ratio(peer, withSetUp(own)),
        difference === null ? '–' : difference.toExponential(1),
        bar,
        result,
      ];
    });
    const notes = rows.flatMap(({ lanes: timed, peer }) => {
      const rules = timed.get(judge)?.answer.anchors;
      if (rules == null) return [];
      const ours = `Rules here: mean precision ${digits(rules.precision)} on fresh draws, coverage ${digits(rules.coverage)}.`;
      const theirs =
        peer?.answer.precision === undefined
          ? ''
          : ` alibi: ${digits(peer.answer.precision)} by its own draws, ${digits(peer.answer.coverage ?? NaN)}.`;
      return [`Times are those of a row: CPU mean, (wall median). ${ours}${theirs}`];
    });
    return [`### ${section}`, table(head, body), ...notes].join('\n\n');
  });

  const kernelRows = report.kernel.map(({ what, peer, bar, theirs, ours }) => {
    const own = ours?.lanes.get(judge);
    const met = own !== undefined && judged(theirs) / judged(own) >= bar;
    if (!met) miss('Kernel SHAP at equal true error', `${what} against ${peer}`);
    return [
      what,
      peer,
      both(theirs),
      theirs.error.toExponential(1),
      ours === null ? 'none' : String(ours.budget),
      ours === null ? '–' : ours.error.toExponential(1),
      ...lanes.map((lane) => both(ours?.lanes.get(lane))),
      ...lanes.map((lane) => (ours?.lanes.has(lane) ? ratio(theirs, ours.lanes.get(lane)!) : '–')),
      `≥ ${bar}x`,
      met ? 'met' : '**missed**',
    ];
  });
  const kernelHead = [
    'model',
    'peer',
    'peer, ms a row',
    'its error',
    'our coalitions a row',
    'our error',
    ...lanes.map((lane) => `${lane}, ms a row`),
    ...lanes.map((lane) => `peer / ${lane}`),
    'bar',
    '',
  ];

  const growthRows = report.growth.map(({ what, times, bar }) => {
    const own = times.get(judge);
    const met = own !== undefined && bar !== null && judged(own.large) / judged(own.small) <= bar;
    if (bar !== null && !met) miss('Growth', what);
    return [
      what,
      ...lanes.flatMap((lane) => [both(times.get(lane)?.small), both(times.get(lane)?.large)]),
      ...lanes.map((lane) => (times.has(lane) ? ratio(times.get(lane)!.large, times.get(lane)!.small) : '–')),
      bar === null ? '–' : `≤ ${bar}x`,
      bar === null ? '–' : met ? 'met' : '**missed**',
    ];
  });
  const growthHead = ['what', ...lanes.flatMap((lane) => [`${lane}, before`, 'after']), ...lanes.map((lane) => `${lane}, x`), 'bar', ''];

  const memoryRows = report.memory.map(({ what, resultBytes, lanes: sizes }) => {
    const growth = sizes.get(judge)?.growth ?? null;
    const met = growth !== null && growth <= MEMORY_BAR;
    if (growth !== null && !met) miss('Memory', what);
    return [
      what,
      mebibytes(resultBytes),
      ...lanes.map((lane) => {
        const size = sizes.get(lane);
        return size?.growth == null ? '–' : `${mebibytes(size.growth)} (${mebibytes(size.kernels)})`;
      }),
      '≤ 64',
      growth === null ? '–' : met ? 'met' : '**missed**',
    ];
  });

  return `${[
    '# Benchmarks of the explainers',
    'Written by `npm run bench -- explainers`. Ratios to the libraries that people use today, taken in one run on one machine; each side on one thread.',
    report.facts.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    HOW,
    '## Speed',
    ...sections,
    ...(report.kernel.length === 0
      ? []
      : ['### Kernel SHAP at equal true error, 100 background rows', KERNEL_HOW, table(kernelHead, kernelRows)]),
    '## Growth',
    'Set-up and run together, ms: CPU (wall).',
    table(growthHead, growthRows),
    '## Memory',
    MEMORY_HOW,
    table(['what', 'result, MiB', ...lanes.map((lane) => `${lane}, MiB`), 'bar', ''], memoryRows),
    '## Missed bars',
    missed.length === 0 ? 'None.' : missed.join('\n'),
  ].join('\n\n')}\n`;
}

const HOW = `How it was measured:
- A cell is milliseconds of CPU time of all threads of the process (wall time in brackets) for all rows of the job; medians of the rounds, in which the peer, Node and Chromium take turns. In Chromium the explainer runs in a worker, as in the app; CPU time is that of the renderer and counts compiling and garbage collection. Peers are called as their users call them, with one thread, CPU time of that thread.
- "ms" is explaining all rows, in the chunks that the app uses, after set-up. Set-up is \`prepare\`, once a job: plan, tables, copies of the model in the kernels. A peer's own set-up (loading the model, making its explainer) is not counted, not even in the column that counts ours.
- Runs shorter than 120 ms (30 ms for peers) are repeated until that time is over.
- "by N rows": the peer was measured on N rows and its time a row taken for the rest; times a row of these peers hardly change from 100 rows on. captum gets \`internal_batch_size=1024\`, which makes it ten times faster than its default here.
- Bars (of the project's quality goals) are judged by CPU time in Chromium, or in Node where no browser is.
- "difference": the largest difference between our values and the peer's, of the largest value, over the first 100 rows; a row above 1e-5 (1e-4 for gradients) is void.`;

const KERNEL_HOW = `Error: mean over 12 rows and over the rounds' seeds of |values − truth|² / |truth|², where the truth is Shapley values of probabilities by all 2^14 coalitions, computed in Python. Our side runs with the smallest number of coalitions (of a fixed list) whose error is no larger than the peer's. Times include our set-up.`;

const MEMORY_HOW = `Each in a fresh process, with model, rows and background loaded: growth of the resident memory up to its peak while preparing and explaining, less the result; in brackets the memory of the WebAssembly kernels alone. Compiled code and garbage are in it.`;
