/** What runs a net in ONNX Runtime, and why. */
export interface ProviderFacts {
  readonly name: 'wasm' | 'webgpu';
  /** One plain sentence. */
  readonly reason: string;
  /** Time of one large batch in WebAssembly over that on the GPU; null when it was not measured. */
  readonly speedup: number | null;
}
