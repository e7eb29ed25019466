/** What this browser tells of itself and of the phone. */

import { canShareMemory } from "./engines/ground.js";

/**
 * User-Agent Client Hints, as far as browsers have them: Chromium, in secure pages.
 * @typedef {{getHighEntropyValues(hints: string[]): Promise<{model?: string, platform?: string, platformVersion?: string}>}} ClientHints
 */

/** @returns {Promise<{platform?: string, phone_model?: string}>} only what was told */
export async function phone() {
  const hints = /** @type {{userAgentData?: ClientHints}} */ (navigator).userAgentData;
  if (!hints) return {};
  const { model, platform, platformVersion } = await hints
    .getHighEntropyValues(["model", "platformVersion"])
    .catch(() => /** @type {{model?: string, platform?: string, platformVersion?: string}} */ ({}));
  return {
    ...(platform ? { platform: `${platform} ${platformVersion ?? ""}`.trim().slice(0, 100) } : {}),
    ...(model ? { phone_model: model.slice(0, 100) } : {}),
  };
}

/** What a `hello` says beside phone, engines and clock. */
export function browser() {
  return {
    time_origin_ms: performance.timeOrigin,
    user_agent: navigator.userAgent.slice(0, 500),
    cores: navigator.hardwareConcurrency ?? 1,
    isolated: globalThis.crossOriginIsolated === true,
    shared_array_buffer: canShareMemory(),
    viewport: { width: innerWidth, height: innerHeight, pixel_ratio: devicePixelRatio },
  };
}
