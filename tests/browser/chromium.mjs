// How the tests start Chromium: headless, silent on the network, with or without WebGPU.

/** Where the system's Chromium is; `cargo xtask test` sets CHROMIUM to the one that it found. */
export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Keeps Chromium from looking for updates, which a machine without a network would report as errors. */
const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Without these flags headless Chromium has no WebGPU adapter. */
const SOFTWARE_WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** Flags for a Chromium in which `requestAdapter()` is null. */
export const withoutWebGpu = QUIET;

/** Flags for a Chromium whose adapter is SwiftShader. */
export const withWebGpu = [...QUIET, ...SOFTWARE_WEBGPU];
