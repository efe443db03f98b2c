import { formatCount } from '#/text/numbers';

export const chartText = {
  openRow: 'Click to open the row',
  openFeature: 'Click to see how it acts',
  keys: 'Arrow keys walk through the marks, Enter opens the one in focus.',
  keysPlain: 'Arrow keys walk through the marks.',
  keysZoom: 'Plus and minus zoom, 0 shows everything.',
  drawing: 'Drawing …',
  failed: 'The chart could not be drawn.',
  table: 'Show the table',
  hideTable: 'Show the chart',
  download: 'Download',
  csv: 'Numbers (CSV)',
  png: 'Picture (PNG)',
  svg: 'Picture (SVG)',
  copyCsv: 'Copy as CSV',
  rows: (n: number): string => `${formatCount(n)} ${n === 1 ? 'line' : 'lines'}`,
  sortBy: (name: string): string => `Sort by ${name}`,
  openLine: (n: number): string => `Open row ${formatCount(n)}`,
} as const;
