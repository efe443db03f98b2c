/** Why a bar is missed, by section: one sentence from a profile. Printed only where one is missed. */
export const WHY: ReadonlyMap<string, string> = new Map([
  [
    'Growth',
    'the difference is all in the set-up (`prepare`), which takes every background row through every tree to count its patterns, at about the same time a row as explaining one; so 20,000 background rows weigh like 20,000 more explained rows, and the cost stays within 2x only once more rows than that are explained.',
  ],
  [
    'Memory',
    'for deep trees the quadrature kernel holds ready-made multipliers, 64 bytes a node for every four nodes of the rule (28 MB for the 216,000 nodes of the depth-16 model), beside the copies of the forest that each kernel has in its own memory; that memory doubles when it grows, so part of it is reserved and never touched.',
  ],
]);
