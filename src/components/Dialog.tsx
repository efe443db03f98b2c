import { IconX } from '@tabler/icons-react';
import { useEffect, useId, useRef, type CSSProperties, type MouseEvent, type ReactNode, type SyntheticEvent } from 'react';
import { IconButton } from '#/components/Button';
import { componentsText } from '#/text/components';
import styles from './Dialog.module.css';

interface DialogProps {
  readonly title: string;
  readonly width?: number;
  readonly footer?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The browser's own modal dialog: top layer, focus kept inside, Esc closes, the page behind is inert. */
export function Dialog({ title, width = 560, footer, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  const cancel = (event: SyntheticEvent) => {
    event.preventDefault();
    onClose();
  };
  const closeOutside = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose();
  };
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      style={{ '--width': `${width}px` } as CSSProperties}
      aria-labelledby={titleId}
      onCancel={cancel}
      onMouseDown={closeOutside}
    >
      <div className={styles.head}>
        <h2 id={titleId} className={styles.title}>
          {title}
        </h2>
        <IconButton label={componentsText.close} onClick={onClose}>
          <IconX size={18} />
        </IconButton>
      </div>
      <div className={styles.body}>{children}</div>
      {footer !== undefined && <div className={styles.foot}>{footer}</div>}
    </dialog>
  );
}
