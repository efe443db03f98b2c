/** A GPU that this thread can use. */
export interface GpuAdapter {
  readonly adapter: GPUAdapter;
  /** Computed by the CPU: correct, never fast. */
  readonly isSoftware: boolean;
}

/** Asks the browser for a GPU. @returns null in Node, in browsers without WebGPU and where no adapter exists */
export async function findGpuAdapter(): Promise<GpuAdapter | null> {
  if (!('navigator' in globalThis) || !('gpu' in navigator)) return null;
  try {
    const adapter = await (navigator.gpu as GPU | undefined)?.requestAdapter({ powerPreference: 'high-performance' });
    return adapter ? { adapter, isSoftware: adapter.info.isFallbackAdapter } : null;
  } catch {
    return null;
  }
}
