// Ours first, then its peers.
import auth0 from "./peers/auth0.mjs";
import authJs from "./peers/auth-js.mjs";
import betterAuth from "./peers/better-auth.mjs";
import firebase from "./peers/firebase.mjs";
import nextAuth from "./peers/next-auth.mjs";
import oidcClient from "./peers/oidc-client-ts.mjs";
import stayd from "./peers/stayd.mjs";
import supertokens from "./peers/supertokens-website.mjs";

export const PEERS = [stayd, betterAuth, authJs, firebase, auth0, oidcClient, supertokens, nextAuth];
