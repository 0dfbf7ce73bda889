import type { Entity } from '../entities/types';
import { recordName } from '../fields/fields';
import { COMPANY } from '../fields/targets';
import { create } from '../operations/create';
import { getMany } from '../operations/getMany';
import { getOne } from '../operations/getOne';
import { linkOperation } from '../operations/links';
import type { Resource } from '../operations/types';
import { update } from '../operations/update';
import { upsert } from '../operations/upsert';
import {
	createdAtField,
	customFieldsJsonField,
	customFieldsToClearField,
	phoneAndEmailFields,
	recordFilters,
	responsibleUserField,
	tagFields,
} from './shared';

/** Companies. Source: core facts 10. */
export const companyEntity: Entity = {
	value: 'company',
	displayName: 'Company',
	displayNamePlural: 'Companies',
	path: '/companies',
	collection: 'companies',
	idParameter: 'companyId',
	cardPath: 'companies/detail',
	listSearchMethod: 'searchCompanies',
	fields: [
		{
			name: 'name',
			key: 'name',
			displayName: 'Name',
			kind: recordName,
			topLevel: true,
			placeholder: 'e.g. Acme Ltd.',
			description: 'Name of the company',
		},
		...phoneAndEmailFields('company'),
		responsibleUserField,
		createdAtField,
		...tagFields('company'),
		customFieldsJsonField,
		customFieldsToClearField,
	],
	filters: recordFilters(COMPANY, 'Companies', 'Acme'),
	sortKeys: [
		{ name: 'ID', value: 'id' },
		{ name: 'Name', value: 'name' },
		{ name: 'Updated At', value: 'updated_at' },
	],
	withOptions: [
		{ name: 'Contacts', value: 'contacts' },
		{ name: 'Customers', value: 'customers' },
		{ name: 'Leads', value: 'leads' },
		{ name: 'Products', value: 'catalog_elements' },
	],
	filtersArePaid: true,
	filtersCustomFields: true,
	linkTargets: ['catalog_elements', 'contacts', 'customers', 'leads'],
	hasCustomFields: true,
};

export const company: Resource = {
	entity: companyEntity,
	operations: [
		create(companyEntity),
		getOne(companyEntity),
		getMany(companyEntity),
		linkOperation(companyEntity, 'link'),
		linkOperation(companyEntity, 'unlink'),
		update(companyEntity),
		upsert(companyEntity, ['customField', 'email', 'id', 'name', 'phone', 'phoneOrEmail']),
	],
};
