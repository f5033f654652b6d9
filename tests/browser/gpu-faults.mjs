// Ways in which a GPU fails that a browser has found; each runs in a worker before its own code, and gets the worker's global object.

/** @satisfies {Record<string, import('./faults.mjs').InWorker>} */
export const GPU_FAULTS = {
  'no adapter': (scope) => {
    scope.GPU.prototype.requestAdapter = async () => null;
  },
  'an adapter that opens no device': (scope) => {
    scope.GPUAdapter.prototype.requestDevice = async () => {
      throw new DOMException('no device today', 'OperationError');
    };
  },
  'shaders that do not compile': (scope) => {
    const { createShaderModule } = scope.GPUDevice.prototype;
    scope.GPUDevice.prototype.createShaderModule = function (/** @type {{ code: string }} */ how) {
      return createShaderModule.call(this, { ...how, code: `${how.code}\nfn unfinished(` });
    };
  },
  'buffers refused by a throw': (scope) => {
    scope.GPUDevice.prototype.createBuffer = () => {
      throw new RangeError('createBuffer failed, size is too large');
    };
  },
  'large buffers refused by a throw': (scope) => {
    const { createBuffer } = scope.GPUDevice.prototype;
    scope.GPUDevice.prototype.createBuffer = function (/** @type {{ size: number }} */ how) {
      if (how.size > 1_000_000) throw new RangeError('createBuffer failed, size is too large');
      return createBuffer.call(this, how);
    };
  },
  'large buffers refused for want of memory': (scope) => {
    const { createBuffer } = scope.GPUDevice.prototype;
    scope.GPUDevice.prototype.createBuffer = function (/** @type {{ size: number }} */ how) {
      const error = new scope.GPUOutOfMemoryError('no memory today');
      if (how.size > 1_000_000) queueMicrotask(() => this.dispatchEvent(new scope.GPUUncapturedErrorEvent('uncapturederror', { error })));
      return createBuffer.call(this, how);
    };
  },
  'a device lost as soon as it is there': (scope) => {
    const { requestDevice } = scope.GPUAdapter.prototype;
    scope.GPUAdapter.prototype.requestDevice = async function (/** @type {unknown} */ how) {
      const device = await requestDevice.call(this, how);
      device.destroy();
      return device;
    };
  },
};

/** Lets the adapter, which is a program, pass for a GPU. @type {import('./faults.mjs').InWorker} */
export function passForHardware(scope) {
  const { prototype } = scope.GPUAdapterInfo;
  for (const name of ['description', 'architecture', 'device']) Object.defineProperty(prototype, name, { get: () => 'card' });
  Object.defineProperty(prototype, 'isFallbackAdapter', { get: () => false });
}

/** Keeps every device that is opened where a test finds it. @type {import('./faults.mjs').InWorker} */
export function keepDevices(scope) {
  const devices = /** @type {unknown[]} */ ([]);
  scope.devices = devices;
  const { requestDevice } = scope.GPUAdapter.prototype;
  scope.GPUAdapter.prototype.requestDevice = async function (/** @type {unknown} */ how) {
    const device = await requestDevice.call(this, how);
    devices.push(device);
    return device;
  };
}
