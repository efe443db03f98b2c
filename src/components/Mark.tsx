/** A drop, its surface, and a ray that bends where it enters: one looks into it. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M12 2.6c4.3 5 7.4 8.7 7.4 12.5a7.4 7.4 0 0 1-14.8 0c0-3.8 3.1-7.5 7.4-12.5Z" strokeWidth="1.7" />
      <path d="M4.8 13.8h14.4" strokeWidth="1.3" opacity="0.55" />
      <path d="M8.4 8.6l3.6 5.2 1.5 6.4" strokeWidth="1.3" />
    </svg>
  );
}
