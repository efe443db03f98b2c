import { fromEvent } from 'file-selector';

export interface Picked {
  /** With folders: `study/features.json`. */
  readonly path: string;
  readonly file: Blob;
}

/** Files and the contents of folders from a drop or a file input. Call it while the event is handled: later the browser has closed it. */
export async function pickedFiles(event: Event): Promise<readonly Picked[]> {
  const entries = await fromEvent(event);
  return entries.flatMap((entry) => {
    if (!(entry instanceof File)) return [];
    return [{ path: entry.relativePath.replace(/^(\.?\/)+/, ''), file: entry }];
  });
}
