import { readFileSync } from 'node:fs';

/** Facts about a sample, computed by Python (reference/gallery), never by our own code. */
export interface GalleryFacts {
  readonly id: string;
  readonly rows: number;
  readonly classLabels?: readonly string[];
  readonly explanations: readonly {
    readonly id: string;
    readonly name: string;
    readonly explained: number;
    readonly features: number;
    readonly topFeatures: readonly { readonly name: string; readonly value: number }[];
  }[];
  readonly edits: readonly {
    readonly row: number;
    readonly feature: string;
    readonly value: number | string;
    readonly prediction: readonly number[];
  }[];
  readonly ice: readonly {
    readonly row: number;
    readonly feature: string;
    readonly value: number;
    readonly prediction: readonly number[];
    readonly predictedClass?: number;
  }[];
}

export function galleryFacts(id: string): GalleryFacts {
  return JSON.parse(readFileSync(new URL(`../reference/gallery/expected/${id}.json`, import.meta.url), 'utf8')) as GalleryFacts;
}
