import { ComputeHost } from '#/engine/compute-host';
import type { Executor } from '#/engine/executor';
import type { HostOptions } from '#/engine/install-model';

/** Lanes on the own thread: tests, the command line on one core. ONNX Runtime is not re-entrant, so there is one lane. */
export function createInProcessExecutor(options: HostOptions = {}): Executor {
  return {
    kind: 'in process',
    lanes: 1,
    open: () => {
      const host = new ComputeHost(options);
      return Promise.resolve({
        run: (task, signal) => host.run(task, signal),
        ping: () => Promise.resolve(),
        dispose: () => host.dispose(),
      });
    },
  };
}
