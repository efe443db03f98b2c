import type { PlainError } from '#/base/errors';
import { plural } from '#/text/format';

/** Words of opening a study; the shape that state/open-study asks for. */
export const openingText = {
  sample: (id: string) => `sample ${id}`,
  studyName: 'study',
  files: (files: readonly { readonly path: string }[]) => (files.length === 1 ? (files[0]?.path ?? '') : plural(files.length, 'file')),
  /** What a link names when it needs files that are not on this site. */
  fileNames: (files: readonly { readonly path: string }[]) =>
    files.length > 4 ? `${files[0]?.path ?? ''} + ${plural(files.length - 1, 'other file')}` : files.map((file) => file.path).join(' + '),
  partly: (broken: number, total: number) => `${broken} of ${plural(total, 'file')} did not open.`,
  differentFile: (wanted: string) =>
    `The link was made for ${wanted}, and this is a different file: it is open, but not everything that the link chose was applied.`,
  storedGone: {
    tag: 'NotFound',
    message: 'The link names a study that is not kept in this browser.',
    hint: 'Open its file here, or ask whoever sent the link for the .limpid file.',
  } satisfies PlainError,
  otherSite: (url: string): PlainError => ({
    tag: 'BadRequest',
    message: `The link asks to open ${url}, which is not on this site.`,
    hint: 'Limpid fetches nothing from other sites: download the file and drop it here.',
  }),
  opening: (label: string) => `Opening ${label}`,
  reading: 'Reading',
  failed: (label: string) => `${label} did not open`,
  drop: {
    title: 'Open what you dropped?',
    body: (files: string, study: string) =>
      `${files} would replace ${study} on the screen. ${study} stays under recent studies where this browser keeps them.`,
    open: 'Open as new',
    cancel: 'Keep the open study',
  },
};
