import type { ICredentialTestRequest, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

import { accountDomain, httpsOnly, wrongDomain } from './fields';
import { accountTest } from './refusals';

/**
 * The first fields of the OAuth2 credential, and nothing of its own: n8n shows what the parents of a type bring first,
 * in their order, and else 'Account Domain' would stand below the fields of `oAuth2Api`.
 */
export class AmoCrmAccountApi implements ICredentialType {
	name = 'amoCrmAccountApi';

	displayName = 'amoCRM (Kommo) Account API';

	hidden = true;

	icon: Icon = { light: 'file:../icons/amoCrm.svg', dark: 'file:../icons/amoCrm.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo#connect-your-account';

	properties: INodeProperties[] = [accountDomain, wrongDomain, httpsOnly];

	test: ICredentialTestRequest = accountTest;
}
