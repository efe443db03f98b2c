import { compile, type TopLevelSpec } from 'vega-lite';
import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import type { Chart, Spec } from '#/charts/chart';

/** What a chart becomes without a browser; anything vega or vega-lite warns of is an error. */
export interface Rendered {
  readonly svg: string;
  /** Pixel of a value on a scale. */
  scale(name: 'x' | 'y', value: number): number;
  readonly view: vega.View;
}

function strictLogger(): vega.LoggerInterface {
  const fail = (...args: readonly unknown[]): never => {
    throw new Error(`vega: ${args.map(String).join(' ')}`);
  };
  const logger = {
    level: () => logger,
    error: fail,
    warn: fail,
    info: () => logger,
    debug: () => logger,
  } as unknown as vega.LoggerInterface;
  return logger;
}

/** Compiled as the page does it: interpreted expressions, so that a name could never run. */
export function compileSpec(spec: Spec): vega.Spec {
  return compile(spec as unknown as TopLevelSpec, { logger: strictLogger() }).spec;
}

export async function renderChart(chart: Chart, width = 640, height = 400): Promise<Rendered> {
  const view = new vega.View(vega.parse(compileSpec(chart.spec), undefined, { ast: true }), {
    renderer: 'none',
    expr: expressionInterpreter,
    logger: strictLogger(),
  });
  for (const [name, value] of Object.entries(chart.signals)) view.signal(name, value);
  for (const [name, values] of Object.entries(chart.datasets)) view.data(name, structuredClone(values) as unknown as object[]);
  await view.width(width).height(height).resize().runAsync();
  const svg = await view.toSVG();
  return { svg, view, scale: (name, value) => (view.scale(name) as (x: number) => number)(value) };
}

/** Numbers rounded and ids left out, so that a snapshot changes only when the picture does. */
export function roundSvg(svg: string): string {
  return svg.replace(/-?\d+\.\d+(e-?\d+)?/g, (number) => String(Math.round(Number(number) * 10) / 10));
}

/** The text elements of a picture, in drawing order. */
export function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>([\s\S]*?)<\/text>/g)].map((match) => decode((match[1] ?? '').replaceAll(/<[^>]*>/g, '')));
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
