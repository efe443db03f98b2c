import { writeFile } from 'node:fs/promises';
import { LimpidError } from '#/base/errors';
import { UsageError } from '#/cli/usage-error';
import type { Explanation } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import { explainResult } from '#/formats/results/explain-result';
import { explainToJson, predictToJson } from '#/formats/results/json-result';
import { explainToNpz, predictToNpz } from '#/formats/results/npz-result';
import { predictResult, predictToCsv } from '#/formats/results/predict-result';
import { writeLimpid } from '#/formats/study/write-limpid';

export interface OutputFile {
  readonly path: string;
  readonly format: string;
}

/** @throws UsageError when the file's ending names none of the formats */
export function outputFile(path: string, endings: readonly string[]): OutputFile {
  const format = endings.find((ending) => path.toLowerCase().endsWith(ending));
  if (format === undefined) throw new UsageError(`--out must end in ${listed(endings)}: ${path}`);
  return { path, format };
}

function listed(endings: readonly string[]): string {
  const last = endings.at(-1) ?? '';
  return endings.length < 2 ? last : `${endings.slice(0, -1).join(', ')} or ${last}`;
}

export async function writeExplanation({ path, format }: OutputFile, study: Study, explanation: Explanation): Promise<void> {
  if (format === '.limpid') await write(path, await writeLimpid(study));
  else if (format === '.npz') await write(path, explainToNpz(explainResult(study, explanation)));
  else await write(path, explainToJson(explainResult(study, explanation)));
}

export async function writePredictions({ path, format }: OutputFile, study: Study): Promise<void> {
  const result = predictResult(study);
  await write(path, format === '.npz' ? predictToNpz(result) : format === '.json' ? predictToJson(result) : predictToCsv(result));
}

export async function writeText({ path }: OutputFile, text: string): Promise<void> {
  await write(path, text);
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new LimpidError(
      { tag: 'StorageFailed', message: `${path} cannot be written.`, hint: 'Check that the folder exists.', place: { file: path } },
      error,
    );
  }
}
