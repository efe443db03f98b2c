type KernelName = 'quadrature' | 'tables';

/**
 * All kernels, compiled.
 * @param read - gets one kernel's module
 */
export async function compileKernels(
  read: (name: KernelName) => Promise<WebAssembly.Module>,
): Promise<{ readonly quadrature: WebAssembly.Module; readonly tables: WebAssembly.Module }> {
  const [quadrature, tables] = await Promise.all([read('quadrature'), read('tables')]);
  return { quadrature, tables };
}

/** A kernel from its address, also from servers that do not know the type of .wasm files. */
export async function compileFrom(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  return WebAssembly.compile(await response.arrayBuffer());
}
