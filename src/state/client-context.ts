import { createContext, use } from 'react';
import type { LimpidClient } from '#/workers/client';

export const ClientContext = createContext<LimpidClient | null>(null);

export function useClient(): LimpidClient {
  const client = use(ClientContext);
  if (client === null) throw new Error('ClientContext is missing');
  return client;
}
