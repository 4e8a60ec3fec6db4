// Which Chromium is started, and how, by Playwright and by Puppeteer.
import { existsSync } from "node:fs";

/**
 * What a person does with a page is tested in the engine without the window around it, which is a third of all computing: no test
 * there asks whether a tab is in front. Where it is not installed the whole browser does as well.
 */
const SHELL = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** The program for Playwright. */
export const CHROMIUM_FOR_PLAYWRIGHT =
  process.env.STAYD_CHROMIUM_SHELL ?? process.env.STAYD_CHROMIUM ?? SHELL.find((path) => existsSync(path)) ?? SHELL[0];

/** What no test looks at, and what a machine without network and screen has no use for. */
export const FLAGS = [
  "--no-sandbox", // which Chromium refuses to do without when root starts it
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Web pages that Chromium makes for itself: the list below its address bar, anew for each window, and an empty page for the
 * next one that might be asked for. Nobody types an address here, and they are half of what the browser computes in these tests.
 */
const ITS_OWN_PAGES = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"];

/** What Playwright switches off itself (1.65, `disabledFeatures`): of several lists Chromium takes the last. */
const PLAYWRIGHT = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
];

/** All of it for Playwright. */
export const FLAGS_FOR_PLAYWRIGHT = [...FLAGS, `--disable-features=${[...PLAYWRIGHT, ...ITS_OWN_PAGES].join(",")}`];

/** All of it for Puppeteer, which adds its own features to the list. */
export const FLAGS_FOR_PUPPETEER = [...FLAGS, `--disable-features=${ITS_OWN_PAGES.join(",")}`];
