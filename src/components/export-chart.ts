import type { Chart, Legend } from '#/charts/chart';
import { chartTheme, FONT, type ChartTheme } from '#/charts/theme';
import type { Geometry } from '#/components/chart-geometry';
import { drawRaster } from '#/components/RasterLayer';
import type { View } from '#/components/VegaSurface';

/** A chart as a picture of its own: sentence and legend above it, the raster as an image. Names are escaped text. */
export async function exportSvg(view: View, chart: Chart, geometry: Geometry, sentence: string): Promise<string> {
  const theme = chartTheme(isDark() ? 'dark' : 'light', false);
  const inner = await view.toSVG();
  const width = attribute(inner, 'width');
  const height = attribute(inner, 'height');
  const lines = wrap(sentence, Math.floor((width - 24) / 6.6));
  const legend = legendMarkup(chart.legends, theme, width);
  const head = 14 + lines.length * 18;
  const top = head + legend.height + 8;
  const raster =
    chart.raster === null
      ? ''
      : `<image x="0" y="${String(top)}" width="${String(width)}" height="${String(height)}" href="${rasterUrl(chart, geometry, width, height)}"/>`;
  const text = lines
    .map((line, i) => `<text x="12" y="${String(22 + i * 18)}" font-size="13" fill="${theme.text}">${escape(line)}</text>`)
    .join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${String(width)}" height="${String(top + height)}" font-family='${FONT}'>`,
    `<rect width="100%" height="100%" fill="${theme.background}"/>`,
    text,
    `<g transform="translate(12,${String(head)})" font-size="12" fill="${theme.text}">${legend.markup}</g>`,
    raster,
    inner.replace('<svg ', `<svg x="0" y="${String(top)}" `),
    '</svg>',
  ].join('');
}

/** The same picture at twice the size. */
export async function exportPng(view: View, chart: Chart, geometry: Geometry, sentence: string): Promise<Blob | null> {
  const svg = await exportSvg(view, chart, geometry, sentence);
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function isDark(): boolean {
  return getComputedStyle(document.documentElement).colorScheme.includes('dark');
}

function attribute(svg: string, name: string): number {
  return Number(new RegExp(`\\b${name}="([\\d.]+)"`).exec(svg)?.[1] ?? 0);
}

function rasterUrl(chart: Chart, geometry: Geometry, width: number, height: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = width * 2;
  canvas.height = height * 2;
  const context = canvas.getContext('2d');
  if (context === null || chart.raster === null) return '';
  context.scale(2, 2);
  drawRaster(context, chart.raster, geometry);
  return canvas.toDataURL('image/png');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word.slice(0, length));
  }
  return lines.slice(0, 4);
}

function legendMarkup(legends: readonly Legend[], theme: ChartTheme, width: number): { readonly markup: string; readonly height: number } {
  let x = 0;
  let y = 0;
  const parts: string[] = [];
  const place = (needed: number): void => {
    if (x > 0 && x + needed > width - 24) {
      x = 0;
      y += 18;
    }
  };
  const label = (text: string): void => {
    const short = text.slice(0, 40);
    place(short.length * 6.8 + 12);
    parts.push(`<text x="${String(x)}" y="${String(y + 12)}">${escape(short)}</text>`);
    x += short.length * 6.8 + 12;
  };
  const square = (colour: string, text: string): void => {
    place(text.length * 6.8 + 30);
    parts.push(`<rect x="${String(x)}" y="${String(y + 3)}" width="10" height="10" rx="2" fill="${colour}"/>`);
    x += 15;
    label(text);
  };
  for (const legend of legends) {
    if (legend.title !== '') label(legend.title);
    if (legend.kind === 'classes') for (const item of legend.items) square(item.colour, item.label);
    else {
      label(legend.low);
      for (const colour of legend.colours) {
        parts.push(`<rect x="${String(x)}" y="${String(y + 3)}" width="9" height="10" fill="${colour}"/>`);
        x += 9;
      }
      x += 8;
      label(legend.high);
      if (legend.missing !== null) square(legend.missingColour, legend.missing);
    }
  }
  return { markup: `<g fill="${theme.text}">${parts.join('')}</g>`, height: parts.length === 0 ? 0 : y + 20 };
}
