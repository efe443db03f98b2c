import { LimpidError } from '#/base/errors';
import * as v from 'valibot';

const sampleSchema = v.object({
  id: v.string(),
  name: v.string(),
  file: v.string(),
  bytes: v.number(),
  sentence: v.string(),
  task: v.string(),
  rows: v.number(),
  features: v.number(),
  explained: v.number(),
  topFeatures: v.array(v.object({ name: v.string(), share: v.number() })),
});

const gallerySchema = v.object({ version: v.literal(1), samples: v.array(sampleSchema) });

export type Sample = v.InferOutput<typeof sampleSchema>;

let gallery: Promise<readonly Sample[]> | null = null;

/** The samples that lie beside the page; fetched once. */
export function loadGallery(): Promise<readonly Sample[]> {
  gallery ??= fetchGallery().catch((error: unknown) => {
    gallery = null;
    throw error;
  });
  return gallery;
}

async function fetchGallery(): Promise<readonly Sample[]> {
  const response = await fetch(new URL('gallery/gallery.json', document.baseURI));
  if (!response.ok)
    throw new LimpidError({
      tag: 'NotFound',
      message: 'The list of samples is not on this site.',
      place: { file: 'gallery/gallery.json' },
    });
  return v.parse(gallerySchema, await response.json()).samples;
}

/** @throws LimpidError `NotFound` when no sample has this id */
export async function findSample(id: string): Promise<Sample> {
  const sample = (await loadGallery()).find((one) => one.id === id);
  if (sample === undefined) {
    throw new LimpidError({
      tag: 'NotFound',
      message: `This site has no sample called ${id}.`,
      hint: 'Choose one of the samples in the list.',
    });
  }
  return sample;
}

export function sampleUrl(sample: Sample): string {
  return new URL(`gallery/${sample.file}`, document.baseURI).href;
}
