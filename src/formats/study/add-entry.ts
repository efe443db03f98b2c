import type { WritableNpy } from '#/formats/npy';

/** Puts an array among a study's entries; the shape is [length] without a wish. @returns the entry's name */
export type AddEntry = (name: string, values: WritableNpy, shape?: readonly number[]) => string;
