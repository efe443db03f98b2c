/** What a shader is written for. */
export interface ShaderShape {
  /** Vectors of 4 numbers in a line of a table: one number a player. */
  readonly vectors: number;
  /** Most slots of a leaf. */
  readonly mostSlots: number;
  readonly banzhaf: boolean;
  /** Compares with background rows instead of covers. */
  readonly background: boolean;
}

export const WORKGROUP = 64;
/** Workgroups of one dimension. */
export const MOST_GROUPS = 65_535;
/** Places a rule, and factorial weights a row of their table. */
export const RULE_PLACES = 8;
export const WEIGHT_PLACES = 14;

const repeat = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/**
 * Fills the tables: one invocation for each pattern of an entry sums the leaves of its cell.
 *
 *   covers       value * (h_i - c_i) * sum over the rule of w * product of (h_j t + c_j (1 - t)), j != i     (ALGORITHMS 1.2)
 *   background   value * sum over the patterns r of its rows, weighted: (p - 1)! q! / (p + q)! for slots that only the row meets (p of
 *                them), -p! (q - 1)! / (p + q)! for those that only r meets (q); 0 where neither meets one
 * All factors lie in [0, 1] and nothing cancels within a leaf, so that float32 is enough.
 */
export function buildShader(shape: ShaderShape): string {
  const { vectors, mostSlots } = shape;
  const covers = `
        let order = ${shape.banzhaf ? '1u' : 'max(1u, (n + 1u) / 2u)'};
        for (var m = 0u; m < order; m++) {
          let rule = constants[(order - 1u) * ${RULE_PLACES}u + m];
          var product = rule.y;
          for (var j = 0u; j < n; j++) {
            before[j] = product;
            product *= factorOf(j, met, rule.x);
          }
          product = 1.0;
          for (var j = n; j > 0u; j--) {
            sums[j - 1u] += before[j - 1u] * product;
            product *= factorOf(j - 1u, met, rule.x);
          }
        }
        for (var j = 0u; j < n; j++) {
          let slot = slots[first + j];
          let weight = select(0.0, 1.0, ((met >> j) & 1u) == 1u) - shares[j];
          line[slot.x] += value * weight * sums[j];
        }`;
  const background = `
        let all = (1u << n) - 1u;
        for (var r = entry.z; r < entry.w; r++) {
          let mass = masses[r];
          let other = metSlots(first, n, mass.x);
          if ((met | other) != all) { continue; }
          let mine = met & ~other;
          let others = other & ~met;
          let weights = constants[countOneBits(mine) * ${WEIGHT_PLACES}u + countOneBits(others)] * bitcast<f32>(mass.y);
          for (var j = 0u; j < n; j++) {
            sums[j] += select(0.0, weights.x, ((mine >> j) & 1u) == 1u) - select(0.0, weights.y, ((others >> j) & 1u) == 1u);
          }
        }
        for (var j = 0u; j < n; j++) { line[slots[first + j].x] += value * sums[j]; }`;
  return `
@group(0) @binding(0) var<storage, read> entries: array<vec4u>;
@group(0) @binding(1) var<storage, read> leaves: array<vec4u>;
@group(0) @binding(2) var<storage, read> slots: array<vec4u>;
@group(0) @binding(3) var<storage, read> constants: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> table: array<vec4f>;
${shape.background ? '@group(0) @binding(5) var<storage, read> masses: array<vec2u>;' : ''}
var<private> shares: array<f32, ${mostSlots}>;
var<private> line: array<f32, ${4 * vectors}>;
var<private> sums: array<f32, ${mostSlots}>;
var<private> before: array<f32, ${mostSlots}>;

fn metSlots(first: u32, n: u32, pattern: u32) -> u32 {
  var met = 0u;
  for (var j = 0u; j < n; j++) {
    let slot = slots[first + j];
    if ((pattern & slot.y) == slot.z) { met |= 1u << j; }
  }
  return met;
}

fn factorOf(j: u32, met: u32, t: f32) -> f32 {
  return shares[j] * (1.0 - t) + select(0.0, t, ((met >> j) & 1u) == 1u);
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.y * ${MOST_GROUPS}u + group.x;
  if (2u * id >= arrayLength(&entries)) { return; }
  let head = entries[2u * id];
  let entry = entries[2u * id + 1u];
  for (var pattern = lane; pattern < (1u << head.z); pattern += ${WORKGROUP}u) {
    // Not every driver clears a variable of a loop's body each time around.
    for (var i = 0u; i < ${4 * vectors}u; i++) { line[i] = 0.0; }
    for (var leaf = entry.x; leaf < entry.y; leaf++) {
      let first = leaves[leaf].x;
      let n = leaves[leaf].y;
      let value = bitcast<f32>(leaves[leaf].z);
      for (var j = 0u; j < n; j++) {
        shares[j] = bitcast<f32>(slots[first + j].w);
        sums[j] = 0.0;
      }
      let met = metSlots(first, n, pattern);
      ${shape.background ? background : covers}
    }
    let at = head.w + pattern * ${vectors}u;
${repeat(vectors, (v) => `    table[at + ${v}u] = vec4f(line[${4 * v}], line[${4 * v + 1}], line[${4 * v + 2}], line[${4 * v + 3}]);`)}
  }
}
`;
}

/** Adds the lines of a group's tables: one invocation for each row, group of trees and output. */
export function gatherShader(vectors: number): string {
  return `
struct Call { rows: u32, firstRange: u32 }
@group(0) @binding(0) var<storage, read> entries: array<vec4u>;
@group(0) @binding(1) var<storage, read> tests: array<vec4u>;
@group(0) @binding(2) var<storage, read> ranges: array<vec2u>;
@group(0) @binding(3) var<storage, read> words: array<u32>;
@group(0) @binding(4) var<storage, read> bins: array<u32>;
@group(0) @binding(5) var<storage, read> table: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(7) var<uniform> call: Call;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= call.rows) { return; }
  let range = ranges[call.firstRange + id.y];
${repeat(vectors, (v) => `  var sum${v} = vec4f(0.0);`)}
  for (var e = range.x; e < range.y; e++) {
    let entry = entries[2u * e];
    var pattern = (1u << entry.z) - 1u;
    for (var t = entry.x; t < entry.y; t++) {
      let test = tests[t];
      let bin = bins[test.x * call.rows + row];
      var holds = (bin - test.y) <= test.z;
      if ((test.w & 512u) != 0u) { holds = ((words[test.y + (bin >> 5u)] >> (bin & 31u)) & 1u) == 1u; }
      if (holds == ((test.w & 256u) != 0u)) { pattern &= ~(1u << (test.w & 255u)); }
    }
    let at = entry.w + pattern * ${vectors}u;
${repeat(vectors, (v) => `    sum${v} += table[at + ${v}u];`)}
  }
  let to = (id.y * call.rows + row) * ${vectors}u;
${repeat(vectors, (v) => `  sums[to + ${v}u] = sum${v};`)}
}
`;
}
