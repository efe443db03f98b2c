/** Hands bytes to the person as a file. */
export function downloadBytes(bytes: BlobPart, name: string, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name that every file system takes. */
export function fileNameOf(name: string): string {
  const clean = name
    .replace(/[\u0000-\u001f<>:"/\\|?*]+/g, '-')
    .trim()
    .slice(0, 80);
  return clean === '' ? 'study' : clean;
}
