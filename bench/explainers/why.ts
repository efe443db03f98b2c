/** Why a bar is missed, by section: one sentence from a profile. Printed only where one is missed. */
export const WHY: ReadonlyMap<string, string> = new Map();
