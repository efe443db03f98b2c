/** Sizes by axis; `BATCH` stands for the rows of a call, which no graph knows. */
export type Shape = readonly number[];

export const BATCH = -1;

/** Number of elements a row; null when the rows are not the first axis or appear twice. */
export function elementsPerRow(shape: Shape): number | null {
  if (shape[0] !== BATCH || shape.includes(BATCH, 1)) return null;
  return shape.slice(1).reduce((size, dim) => size * dim, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Shape of an elementwise result by ONNX's (NumPy's) broadcasting; null when the operands do not fit. */
export function broadcast(...shapes: readonly Shape[]): Shape | null {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === size) continue;
      if (size !== 1) return null;
      size = dim;
    }
    result.push(size);
  }
  return result;
}

/** An axis counted from the front; null outside the rank. */
export function positiveAxis(axis: number, rank: number): number | null {
  const positive = axis < 0 ? axis + rank : axis;
  return positive >= 0 && positive < rank ? positive : null;
}
