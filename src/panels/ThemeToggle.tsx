import { IconButton } from '#/components/Button';
import { useColourScheme } from '#/state/colour-scheme';
import { landingText } from '#/text/landing';

export function ThemeToggle() {
  const scheme = useColourScheme((state) => state.scheme);
  const toggle = useColourScheme((state) => state.toggle);
  return (
    <IconButton label={scheme === 'dark' ? landingText.light : landingText.dark} onClick={toggle}>
      <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
        <circle cx="9" cy="9" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M9 2.5a6.5 6.5 0 0 1 0 13Z" fill="currentColor" />
      </svg>
    </IconButton>
  );
}
