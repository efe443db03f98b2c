/** Names from files as labels: text always, shortened in the middle, visible even when empty. */

/** Shown for a name or category that is the empty string. */
export const EMPTY_LABEL = '(empty)';
export const MISSING_LABEL = 'missing';

/** One line: line breaks and control characters become spaces; what is empty is said to be. */
export function visibleLabel(text: string): string {
  const line = text
    .slice(0, 20_000)
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .trim();
  return line === '' ? EMPTY_LABEL : line;
}

/** `a very long na…ends here`: at most `length` characters, both ends kept. */
export function middleEllipsis(text: string, length: number): string {
  const characters = Array.from(visibleLabel(text));
  if (characters.length <= length) return characters.join('');
  const head = Math.ceil((length - 1) / 2);
  const tail = length - 1 - head;
  return `${characters.slice(0, head).join('')}…${tail > 0 ? characters.slice(-tail).join('') : ''}`;
}

/** Joins words as a sentence does: `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** A name inside a sentence, at most 40 characters. */
export function inSentence(name: string): string {
  return middleEllipsis(name, 40);
}
