/** Codes in a bit set, ascending: code c is bit c % 32 of word c / 32. */
export function setMembers(set: Uint32Array): number[] {
  const members: number[] = [];
  for (let code = 0; code < set.length * 32; code++) if ((set[code >>> 5]! >>> (code & 31)) & 1) members.push(code);
  return members;
}
