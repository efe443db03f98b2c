import type { ComponentPropsWithRef, ReactNode } from 'react';
import styles from './Button.module.css';

type Look = 'plain' | 'primary' | 'quiet';

interface ButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'className'> {
  readonly look?: Look;
}

export function Button({ look = 'plain', type = 'button', ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={buttonClass(look)} />;
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'aria-label'> {
  /** Accessible name and tool-tip. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A square button with a picture: its name is read aloud and shown on hover. */
export function IconButton({ label, look = 'quiet', type = 'button', title, ...rest }: IconButtonProps) {
  return <button {...rest} type={type} aria-label={label} title={title ?? label} className={`${buttonClass(look)} ${styles.icon ?? ''}`} />;
}

/** For links that look like buttons. */
export function buttonClass(look: Look = 'plain'): string {
  return `${styles.button ?? ''} ${look === 'plain' ? '' : (styles[look] ?? '')}`;
}
