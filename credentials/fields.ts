import type { INodeProperties } from 'n8n-workflow';

import { ACCOUNT_DOMAIN_HELP, ACCOUNT_DOMAIN_PATTERN } from './accountDomain';

/** Fields that the credentials have in common. */

/** A text without which there is no access. */
export const requiredText = (look: Omit<INodeProperties, 'type' | 'default'>): INodeProperties => ({ type: 'string', default: '', required: true, ...look });

export const accountDomain = requiredText({
	displayName: 'Account Domain',
	name: 'domain',
	placeholder: 'e.g. mycompany.amocrm.ru',
	description: 'Address of your account: mycompany.amocrm.ru, mycompany.kommo.com or mycompany.amocrm.com. A name alone means amocrm.ru, and a link copied from the browser works too.',
});

/** Shown while such an address stands in the window: what n8n says of one later has no words. */
export const wrongDomain: INodeProperties = {
	displayName: `This is not the address of an amoCRM or Kommo account. ${ACCOUNT_DOMAIN_HELP}`,
	name: 'wrongDomain',
	type: 'notice',
	default: '',
	// An empty field is told by n8n, and an expression is not known yet.
	displayOptions: { hide: { domain: [{ _cnd: { regex: `^\\s*$|^=|${ACCOUNT_DOMAIN_PATTERN}` } }] } },
};

export const httpsOnly: INodeProperties = {
	displayName:
		"amoCRM takes only redirect addresses that begin with https://. If the OAuth Redirect URL above does not, reach this n8n through https (a domain with a certificate, or a tunnel), set N8N_EDITOR_BASE_URL and WEBHOOK_URL to that address and restart it. Or connect without any address: with the credential 'amoCRM (Kommo) Long-Lived Token API' or 'amoCRM (Kommo) Authorization Code API'.",
	name: 'httpsOnly',
	type: 'notice',
	default: '',
};

export const integrationId = requiredText({
	displayName: 'Client ID',
	name: 'clientId',
	placeholder: 'e.g. 11111111-2222-4333-8444-555555555555',
	description: "The 'Integration ID' from the 'Keys and scopes' tab of your integration in amoCRM or Kommo",
});

export const integrationSecret = requiredText({
	displayName: 'Client Secret',
	name: 'clientSecret',
	typeOptions: { password: true },
	description: "The 'Secret key' from the same tab",
});
