import type { Component, Platform } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import type { Release } from '../model/snapshot.ts';
import type { ComponentStatus } from '../model/status.ts';
import { compareVersions, distanceTo } from '../model/version.ts';
import { partlyAt } from '../release/history.ts';
import { readReleases } from '../release/record.ts';
import { recordsEverywhere } from '../snapshot/namespaces.ts';

/** A component with its release, where there is one. */
export interface PlacedComponent {
  readonly component: Component;
  readonly release: Release | undefined;
}

/** The platform's releases by component: one LIST of helm's records a namespace. */
export async function placedComponents(
  reader: ClusterReader,
  platform: Platform,
  namespace: string,
): Promise<readonly PlacedComponent[]> {
  const releases = readReleases(await recordsEverywhere({ reader, platform, namespace }));
  return platform.components.map((component) => ({
    component,
    release: releases.find(
      (item) => item.name === component.release && item.namespace === (component.namespace ?? namespace),
    ),
  }));
}

/** How a component stands against a version; against none where there is none to compare with. */
export function componentStatus({ component, release }: PlacedComponent, against: string | undefined): ComponentStatus {
  const partly = release === undefined ? undefined : partlyAt(release);
  const installed = release?.installed;
  const behind = installed === undefined || against === undefined ? undefined : distanceTo(installed.version, against);
  return {
    name: component.name,
    title: component.title,
    release: component.release,
    ...(installed === undefined ? {} : { installed: installed.version, updated: installed.updated }),
    ...(partly === undefined ? {} : { partlyAt: partly.version, partlyStatus: partly.status }),
    ...(behind === undefined ? {} : { behind }),
    state: stateOf(installed?.version, partly !== undefined, against),
  };
}

function stateOf(
  installed: string | undefined,
  isPartly: boolean,
  against: string | undefined,
): ComponentStatus['state'] {
  if (isPartly) return 'partly';
  if (installed === undefined) return 'absent';
  if (against === undefined) return 'installed';
  const order = compareVersions(installed, against);
  return order < 0 ? 'behind' : order === 0 ? 'current' : 'ahead';
}
