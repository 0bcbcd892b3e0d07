import { type ConnectedAppsView, connectedAppsPage } from './connected-apps.js'
import { type ConsentView, consentPage } from './consent.js'
import { type ErrorView, errorPage } from './error.js'
import type { PageBase } from './layout.js'
import { type LoginRequiredView, loginRequiredPage } from './login-required.js'
import { type LogoutView, loggedOutPage, logoutPage } from './logout.js'

/** The pages that an application can replace: each makes a whole document. */
export interface Pages {
  consent(view: ConsentView): string
  loginRequired(view: LoginRequiredView): string
  error(view: ErrorView): string
  logout(view: LogoutView): string
  loggedOut(view: PageBase): string
  connectedApps(view: ConnectedAppsView): string
}

/** The pages as they come. */
export const builtInPages: Pages = {
  consent: consentPage,
  loginRequired: loginRequiredPage,
  error: errorPage,
  logout: logoutPage,
  loggedOut: loggedOutPage,
  connectedApps: connectedAppsPage,
}
