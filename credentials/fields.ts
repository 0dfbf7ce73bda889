import type { INodeProperties } from 'n8n-workflow';

/** Fields that the credentials have in common. */

export const accountDomain: INodeProperties = {
	displayName: 'Account Domain',
	name: 'domain',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. mycompany.amocrm.ru',
	description: 'Address of your account: mycompany.amocrm.ru, mycompany.kommo.com or mycompany.amocrm.com. A name alone means amocrm.ru, and a link copied from the browser works too.',
};

export const integrationId: INodeProperties = {
	displayName: 'Client ID',
	name: 'clientId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 11111111-2222-4333-8444-555555555555',
	description: "The 'Integration ID' from the 'Keys and scopes' tab of your integration in amoCRM or Kommo",
};

export const integrationSecret: INodeProperties = {
	displayName: 'Client Secret',
	name: 'clientSecret',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	required: true,
	description: "The 'Secret key' from the same tab",
};

