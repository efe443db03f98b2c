import { createContext, use } from 'react';
import type { StudyOpener } from '#/state/open-study';

export const OpenerContext = createContext<StudyOpener | null>(null);

/** Opens, closes and imports studies. */
export function useOpener(): StudyOpener {
  const opener = use(OpenerContext);
  if (opener === null) throw new Error('OpenerContext is missing');
  return opener;
}
