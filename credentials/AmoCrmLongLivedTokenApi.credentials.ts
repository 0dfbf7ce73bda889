import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

import { accountUrlExpression } from './accountDomain';
import { accountDomain } from './fields';

/** A token that an administrator makes in the integration's card; it lives for up to five years (core facts 2.5). */
export class AmoCrmLongLivedTokenApi implements ICredentialType {
	name = 'amoCrmLongLivedTokenApi';

	displayName = 'amoCRM Long-Lived Token API';

	icon: Icon = { light: 'file:../icons/amoCrm.svg', dark: 'file:../icons/amoCrm.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo#long-lived-token';

	properties: INodeProperties[] = [
		accountDomain,
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: "The long-lived token from the 'Keys and scopes' tab of your integration. amoCRM shows it only once, when you make it.",
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			// Pasted tokens often bring a line break along.
			headers: { Authorization: '=Bearer {{$credentials.accessToken.trim()}}' },
		},
	};

	test: ICredentialTestRequest = { request: { baseURL: accountUrlExpression('baseUrl', '$credentials'), url: '/api/v4/account' } };
}
