import type { ChangeEvent } from 'react';
import { buttonClass } from '#/components/Button';
import { pickedFiles, type Picked } from '#/components/picked-files';
import styles from './FileButtons.module.css';

interface FileButtonProps {
  readonly label: string;
  readonly look?: 'plain' | 'primary' | 'quiet';
  /** A whole folder instead of single files. */
  readonly folder?: boolean;
  readonly onFiles: (files: readonly Picked[]) => void;
}

export function FileButton({ label, look = 'plain', folder = false, onFiles }: FileButtonProps) {
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    const input = event.currentTarget;
    void pickedFiles(event.nativeEvent).then((files) => {
      // The same file may be chosen again.
      input.value = '';
      onFiles(files);
    });
  };
  return (
    <label className={styles.pick}>
      <span className={`${buttonClass(look)} ${styles.large ?? ''}`}>{label}</span>
      <input type="file" multiple onChange={change} {...(folder ? { webkitdirectory: '' } : {})} />
    </label>
  );
}
