import { useEffect, useState } from 'react';
import { Button } from '#/components/Button';
import { componentsText } from '#/text/components';

const SHOWN_MS = 2000;

interface CopyButtonProps {
  readonly text: string;
  readonly label?: string;
}

export function CopyButton({ text, label = componentsText.copy }: CopyButtonProps) {
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => setState('ready'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    void copyText(text).then((done) => setState(done ? 'copied' : 'refused'));
  };
  return (
    <Button onClick={copy}>
      <span aria-live="polite">{state === 'ready' ? label : state === 'copied' ? componentsText.copied : componentsText.copyRefused}</span>
    </Button>
  );
}

/** @returns false where the browser refuses (plain http, no permission) */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
