// Generated from crds/ by `make gen`.

import type { CustomResourceDefinition } from '#api/crd.ts';

/** Every CRD of this project, in the order of `simpulKinds`. */
export const crds: readonly CustomResourceDefinition[] = [
  {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
      "name": "tenants.simpul.id"
    },
    "spec": {
      "group": "simpul.id",
      "scope": "Cluster",
      "names": {
        "kind": "Tenant",
        "listKind": "TenantList",
        "plural": "tenants",
        "singular": "tenant",
        "shortNames": [
          "tnt"
        ],
        "categories": [
          "simpul"
        ]
      },
      "versions": [
        {
          "name": "v1alpha1",
          "served": true,
          "storage": true,
          "subresources": {
            "status": {}
          },
          "additionalPrinterColumns": [
            {
              "name": "Ready",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
              "description": "Whether everything holds that this object asks for."
            },
            {
              "name": "Reason",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].reason",
              "description": "Why it is, or is not, ready."
            },
            {
              "name": "Code",
              "type": "string",
              "jsonPath": ".spec.code",
              "description": "Official code of the institution."
            },
            {
              "name": "Namespace",
              "type": "string",
              "priority": 1,
              "jsonPath": ".status.namespace",
              "description": "Namespace that belongs to it."
            },
            {
              "name": "Display Name",
              "type": "string",
              "priority": 1,
              "jsonPath": ".spec.displayName",
              "description": "Name of the institution."
            },
            {
              "name": "Message",
              "type": "string",
              "priority": 1,
              "jsonPath": ".status.conditions[?(@.type=='Ready')].message",
              "description": "What to do about it."
            },
            {
              "name": "Age",
              "type": "date",
              "jsonPath": ".metadata.creationTimestamp",
              "description": "Time since it was created."
            }
          ],
          "schema": {
            "openAPIV3Schema": {
              "description": "An institution: its namespace, who acts for it, which hosts and paths its APIs may use, and its ceilings.",
              "type": "object",
              "required": [
                "spec"
              ],
              "properties": {
                "apiVersion": {
                  "description": "Version of this schema. Example: `simpul.id/v1alpha1`.",
                  "type": "string",
                  "maxLength": 63
                },
                "kind": {
                  "description": "Kind of the object. Example: `Tenant`.",
                  "type": "string",
                  "maxLength": 63
                },
                "metadata": {
                  "type": "object"
                },
                "spec": {
                  "description": "What the institution is, may claim, and who acts for it.",
                  "type": "object",
                  "required": [
                    "displayName"
                  ],
                  "properties": {
                    "className": {
                      "description": "Which installation looks after this object, where one cluster holds several. Default: `simpul`. Example: `simpul-banten`.",
                      "type": "string",
                      "default": "simpul",
                      "maxLength": 63,
                      "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                      "x-kubernetes-validations": [
                        {
                          "rule": "self == oldSelf",
                          "message": "className cannot be changed: delete the object and create it for the other installation"
                        }
                      ]
                    },
                    "displayName": {
                      "description": "Name of the institution, as people write it. Example: `Pemerintah Provinsi Banten`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 200
                    },
                    "code": {
                      "description": "The institution's official code (for a region, the code of the Ministry of Home Affairs). Default: none. Example: `36.71`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 32,
                      "pattern": "^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$"
                    },
                    "namespace": {
                      "description": "Namespace that belongs to this Tenant. One that exists already must carry the label `simpul.id/tenant` with the Tenant's name; otherwise it is created. Default: the Tenant's name. Example: `banten-dev`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 63,
                      "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                      "x-kubernetes-validations": [
                        {
                          "rule": "self == oldSelf",
                          "message": "namespace cannot be changed: create another Tenant for the other namespace"
                        }
                      ]
                    },
                    "deletionPolicy": {
                      "description": "What becomes of a namespace that this Tenant created, when the Tenant is deleted: it stays, or it goes with all that is in it. A namespace that was there before always stays. Default: `Retain`. Example: `Delete`.",
                      "type": "string",
                      "default": "Retain",
                      "enum": [
                        "Retain",
                        "Delete"
                      ]
                    },
                    "hosts": {
                      "description": "Whole hosts that belong to this Tenant alone: its ApiServices may name them, and nobody else's API answers on them. Default: none. Example: `[api.bantenprov.go.id]`.",
                      "type": "array",
                      "maxItems": 64,
                      "x-kubernetes-list-type": "set",
                      "items": {
                        "description": "A host name in lower case, without scheme, port or wildcard. Example: `api.bantenprov.go.id`.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 253,
                        "pattern": "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$"
                      }
                    },
                    "paths": {
                      "description": "Path prefixes, by whole segments, that this Tenant's ApiServices may use on shared hosts. Default: none. Example: `[/banten]`.",
                      "type": "array",
                      "maxItems": 64,
                      "x-kubernetes-list-type": "set",
                      "items": {
                        "description": "A path prefix without a trailing slash. Example: `/banten`.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 256,
                        "pattern": "^/$|^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$"
                      }
                    },
                    "members": {
                      "description": "Who acts for the institution. Each entry becomes a RoleBinding in the Tenant's namespace. Default: nobody. Example: `[{kind: Group, name: 'banten:penerbit', role: Publisher}]`.",
                      "type": "array",
                      "maxItems": 128,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "kind",
                        "name",
                        "role"
                      ],
                      "items": {
                        "description": "One person or group in one role. Example: `{kind: Group, name: 'banten:penerbit', role: Publisher}`.",
                        "type": "object",
                        "required": [
                          "kind",
                          "name",
                          "role"
                        ],
                        "x-kubernetes-validations": [
                          {
                            "rule": "!self.name.startsWith('system:') || (self.kind == 'User' && self.name.startsWith('system:serviceaccount:'))",
                            "message": "names that begin with system: belong to Kubernetes: name a group of the identity provider, or a service account as User system:serviceaccount:NAMESPACE:NAME"
                          }
                        ],
                        "properties": {
                          "kind": {
                            "description": "Whether `name` is a user or a group, as the API server's authentication knows it. Example: `Group`.",
                            "type": "string",
                            "enum": [
                              "User",
                              "Group"
                            ]
                          },
                          "name": {
                            "description": "Name of the user or group. Example: `banten:penerbit`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 256
                          },
                          "role": {
                            "description": "What they may do in the Tenant's namespace (docs/roles.md). Example: `Publisher`.",
                            "type": "string",
                            "enum": [
                              "Admin",
                              "Publisher",
                              "Approver",
                              "Consumer",
                              "DataEngineer",
                              "Viewer"
                            ]
                          }
                        }
                      }
                    },
                    "limits": {
                      "description": "Ceilings over all APIs of this Tenant together. A call must pass every limit of every level; a refused call counts nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "atomic",
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.all(a, !has(a.name) || self.exists_one(b, has(b.name) && b.name == a.name))",
                          "message": "two limits have one name: give each limit of a list a name of its own, or none"
                        }
                      ],
                      "items": {
                        "description": "At most so many calls, or bytes of answers, in a window; or so many calls at the same time. Example: `{requests: 1200, per: Minute, burst: 100}`.",
                        "type": "object",
                        "x-kubernetes-validations": [
                          {
                            "rule": "has(self.requests) ? !has(self.bytes) && !has(self.concurrent) : has(self.bytes) != has(self.concurrent)",
                            "message": "give exactly one of requests, bytes and concurrent"
                          },
                          {
                            "rule": "has(self.per) != has(self.concurrent)",
                            "message": "give per with requests and with bytes, and never with concurrent"
                          },
                          {
                            "rule": "!has(self.burst) || has(self.requests)",
                            "message": "burst bounds requests: remove burst, or give requests"
                          },
                          {
                            "rule": "!has(self.burst) || !has(self.per) || self.per != 'Second'",
                            "message": "burst bounds any one second, so it adds nothing to a limit per Second: remove burst, or choose a longer window"
                          },
                          {
                            "rule": "!has(self.burst) || !has(self.requests) || self.burst <= self.requests",
                            "message": "burst cannot exceed requests: lower burst, or raise requests"
                          },
                          {
                            "rule": "has(self.header) == (has(self.by) && self.by == 'Header')",
                            "message": "give header when by is Header, and only then"
                          },
                          {
                            "rule": "has(self.claim) == (has(self.by) && self.by == 'Claim')",
                            "message": "give claim when by is Claim, and only then"
                          }
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of this limit, shown to a caller that it refuses, and the identity under which it goes on counting when it is edited. Default: made of `by`, `per` and the position. Example: `ramai`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                          },
                          "requests": {
                            "description": "Calls allowed in one window and for one counter. Default: none; one of requests, bytes and concurrent is needed. Example: `60`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000000000
                          },
                          "bytes": {
                            "description": "Bytes of the bodies of answers allowed in one window and for one counter, with an optional suffix Ki, Mi or Gi; what is under way when they are used up is sent to its end. Per Second it is a bandwidth: answers are slowed down and none is refused. Default: none; one of requests, bytes and concurrent is needed. Example: `10Gi`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 12,
                            "pattern": "^([1-9][0-9]*|[1-9][0-9]{0,5}(Ki|Mi|Gi))$"
                          },
                          "concurrent": {
                            "description": "Calls allowed at the same time for one counter, from their admission to the last byte of the answer. Default: none; one of requests, bytes and concurrent is needed. Example: `20`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000
                          },
                          "per": {
                            "description": "Length of the window. Second, Minute and Hour run from a counter's first call; Day and Month are calendar windows in the gateway's `timeZone`. Default: none; needed with requests and with bytes. Example: `Minute`.",
                            "type": "string",
                            "enum": [
                              "Second",
                              "Minute",
                              "Hour",
                              "Day",
                              "Month"
                            ]
                          },
                          "by": {
                            "description": "What is counted apart: everything together, each Subscription, each application (several Subscriptions may name one), each client address (IPv6 by /64), each value of a header field or of a claim of the caller's token. A call that lacks what is counted by is counted by its address. Default: `Total`. Example: `ClientIP`.",
                            "type": "string",
                            "enum": [
                              "Total",
                              "Subscription",
                              "Application",
                              "ClientIP",
                              "Header",
                              "Claim"
                            ]
                          },
                          "header": {
                            "description": "Header field that `by: Header` counts by, in any case. Callers choose its value, so it limits only those who are honest about it. Default: none; needed with `by: Header`. Example: `x-device-id`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128,
                            "pattern": "^[A-Za-z0-9-]+$"
                          },
                          "claim": {
                            "description": "Claim of the caller's verified token that `by: Claim` counts by; a text, a number or a truth value. Default: none; needed with `by: Claim`. Example: `azp`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128
                          },
                          "when": {
                            "description": "Which calls this limit is about, as an expression (CEL) over request, client, api, plan, subscription and claims (docs/policies/limits.md); others pass it uncounted. Default: every call. Example: `request.headers[\"x-mode\"] == \"massal\"`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 1024
                          },
                          "onRedisFailure": {
                            "description": "What happens while the gateway's Redis does not answer: every pod allows its share of this limit, or calls that would need to be counted are refused (503). Default: `LocalShare`. Example: `Deny`.",
                            "type": "string",
                            "enum": [
                              "LocalShare",
                              "Deny"
                            ]
                          },
                          "burst": {
                            "description": "Calls allowed within any one second, beside `requests`. Default: no such bound. Example: `100`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000
                          }
                        }
                      }
                    },
                    "approvals": {
                      "description": "Which acts inside this Tenant wait for an Approval. Default: none. Example: `{publish: Required}`.",
                      "type": "object",
                      "properties": {
                        "publish": {
                          "description": "Whether an ApiService's `lifecycle: Published` waits for an Approval without `subscriptionRef`; until then it is served as a Draft. Default: `NotRequired`. Example: `Required`.",
                          "type": "string",
                          "default": "NotRequired",
                          "enum": [
                            "Required",
                            "NotRequired"
                          ]
                        }
                      }
                    },
                    "defaults": {
                      "description": "What an ApiService of this Tenant gets that says nothing itself. Default: the gateway's. Example: `{timeout: 10s}`.",
                      "type": "object",
                      "properties": {
                        "timeout": {
                          "description": "Time for a whole answer of the backend, as a duration in ms, s, m or h. Default: the gateway's. Example: `10s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "connectTimeout": {
                          "description": "Time to connect to the backend, TLS included, as a duration in ms, s, m or h. Default: the gateway's. Example: `2s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "maxRequestBytes": {
                          "description": "Largest request body, in bytes with an optional suffix Ki, Mi or Gi. Default: the gateway's. Example: `1Mi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "maxResponseBytes": {
                          "description": "Largest answer of a backend, in bytes with an optional suffix Ki, Mi or Gi. Default: any size. Example: `10Mi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        }
                      }
                    },
                    "ceilings": {
                      "description": "What no ApiService of this Tenant exceeds: a larger value is cut to it, and the ApiService says so in a Warning. Default: none. Example: `{timeout: 1m, maxRequestBytes: 100Mi}`.",
                      "type": "object",
                      "properties": {
                        "timeout": {
                          "description": "Longest time for a whole answer of the backend, of operations too, as a duration in ms, s, m or h. Default: none. Example: `1m`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "connectTimeout": {
                          "description": "Longest time to connect to the backend, TLS included, as a duration in ms, s, m or h. Default: none. Example: `5s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "maxRequestBytes": {
                          "description": "Largest request body that any may ask for, in bytes with an optional suffix Ki, Mi or Gi. Default: none. Example: `100Mi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "maxResponseBytes": {
                          "description": "Largest answer of a backend that any may ask for, in bytes with an optional suffix Ki, Mi or Gi; it holds also where an ApiService says nothing. Default: none. Example: `100Mi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "retryAttempts": {
                          "description": "Most attempts after the first that an ApiService may ask for in `backend.retries`; 0: none. Default: none. Example: `1`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 0,
                          "maximum": 5
                        }
                      }
                    },
                    "maintenance": {
                      "description": "While this is here, calls of all APIs of this Tenant get 503 with this message. Default: none. Example: `{message: Pindah server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.",
                      "type": "object",
                      "required": [
                        "message"
                      ],
                      "properties": {
                        "message": {
                          "description": "What callers read. Example: `Pindah server sampai pukul 22.00`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 200
                        },
                        "retryAfter": {
                          "description": "When callers should try again, as a duration in ms, s, m or h. Default: they are not told. Example: `30m`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "allowFrom": {
                          "description": "Addresses of callers that are served all the same. Default: none. Example: `[10.1.2.0/24]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "An address block in CIDR notation, IPv4 or IPv6. Example: `10.20.0.0/16`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 49,
                            "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
                          }
                        }
                      }
                    },
                    "resourceQuota": {
                      "description": "What everything in this Tenant's namespace may use together, as a ResourceQuota that the operator keeps (docs/tenant-resources.md). Default: no bound. Example: `{pods: 20, memory: 8Gi, apiServices: 100}`.",
                      "type": "object",
                      "minProperties": 1,
                      "properties": {
                        "pods": {
                          "description": "Pods. Default: any number. Example: `20`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 0,
                          "maximum": 100000
                        },
                        "cpu": {
                          "description": "CPUs that pods ask for (`requests.cpu`), in whole ones or thousandths; pods that ask for none are refused then. Default: as much as there is. Example: `4`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 8,
                          "pattern": "^[0-9]{1,7}m?$"
                        },
                        "memory": {
                          "description": "Memory that pods may use (`limits.memory`), in bytes with an optional suffix Ki, Mi, Gi or Ti; pods without that limit are refused then. Default: as much as there is. Example: `8Gi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 14,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi|Ti)?$"
                        },
                        "storage": {
                          "description": "Storage that volume claims ask for (`requests.storage`), in bytes with an optional suffix Ki, Mi, Gi or Ti. Default: as much as there is. Example: `50Gi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 14,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi|Ti)?$"
                        },
                        "apiServices": {
                          "description": "ApiServices. Default: any number. Example: `100`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 0,
                          "maximum": 100000
                        },
                        "subscriptions": {
                          "description": "Subscriptions. Default: any number. Example: `500`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 0,
                          "maximum": 100000
                        }
                      }
                    },
                    "network": {
                      "description": "Who may reach the pods in this Tenant's namespace, where the cluster's network enforces NetworkPolicies (docs/network.md). Default: `Isolated` in a namespace that was made for this Tenant, `Open` in one that was there before. Example: `{isolation: Isolated, allowFrom: [ingress-nginx]}`.",
                      "type": "object",
                      "x-kubernetes-validations": [
                        {
                          "rule": "!has(self.allowFrom) || !has(self.isolation) || self.isolation != 'Open'",
                          "message": "an Open namespace is reached from everywhere: remove allowFrom, or choose isolation Isolated"
                        }
                      ],
                      "properties": {
                        "isolation": {
                          "description": "`Isolated`: its own pods, gateways and the namespaces of `allowFrom` reach them; `Open`: everybody does. Default: as the namespace came about. Example: `Isolated`.",
                          "type": "string",
                          "enum": [
                            "Isolated",
                            "Open"
                          ]
                        },
                        "allowFrom": {
                          "description": "Namespaces whose pods reach them too. Default: none. Example: `[ingress-nginx]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 32,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "Name of a namespace. Example: `ingress-nginx`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 63,
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                          }
                        }
                      }
                    },
                    "suspended": {
                      "description": "Whether the Tenant is suspended: every call to its APIs, and every call with its Subscriptions' credentials, is refused with 403 at once; nothing is deleted. Default: `false`. Example: `true`.",
                      "type": "boolean",
                      "default": false
                    }
                  }
                },
                "status": {
                  "description": "What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that what waits for the operator sees that it has not looked yet. Example: see `conditions`.",
                  "type": "object",
                  "default": {
                    "observedGeneration": -1
                  },
                  "properties": {
                    "observedGeneration": {
                      "description": "Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit. Example: `3`.",
                      "type": "integer",
                      "format": "int64",
                      "minimum": -1,
                      "maximum": 9007199254740991
                    },
                    "conditions": {
                      "description": "What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md. Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "type"
                      ],
                      "items": {
                        "description": "One observation. Example: `{type: Accepted, status: 'False', reason: RouteConflict, ...}`.",
                        "type": "object",
                        "required": [
                          "type",
                          "status",
                          "reason",
                          "message",
                          "lastTransitionTime",
                          "observedGeneration"
                        ],
                        "properties": {
                          "type": {
                            "description": "What is observed. Example: `Ready`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "status": {
                            "description": "Whether it holds; `Unknown` while nobody can say. Example: `\"True\"`.",
                            "type": "string",
                            "enum": [
                              "True",
                              "False",
                              "Unknown"
                            ]
                          },
                          "reason": {
                            "description": "Stable word for programs. Example: `TenantNotFound`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[A-Z][A-Za-z0-9]*$"
                          },
                          "message": {
                            "description": "One sentence for people: what is so, and what to do about it. Example: `Namespace \"acme\" belongs to no Tenant`.",
                            "type": "string",
                            "maxLength": 1024
                          },
                          "lastTransitionTime": {
                            "description": "When `status` last changed, RFC 3339 in UTC. Example: `2026-11-20T03:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          },
                          "observedGeneration": {
                            "description": "Generation of the spec that this observation is about. Example: `3`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 0,
                            "maximum": 9007199254740991
                          }
                        }
                      }
                    },
                    "acceptedAt": {
                      "description": "When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a credential that two objects want, and backups carry it. Default: absent until then. Example: `2026-11-20T03:00:00Z`.",
                      "type": "string",
                      "format": "date-time",
                      "maxLength": 32
                    },
                    "namespace": {
                      "description": "The namespace that belongs to this Tenant. Default: absent until it does. Example: `banten`.",
                      "type": "string",
                      "maxLength": 63
                    }
                  }
                }
              }
            }
          }
        }
      ]
    }
  },
  {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
      "name": "apigateways.simpul.id"
    },
    "spec": {
      "group": "simpul.id",
      "scope": "Namespaced",
      "names": {
        "kind": "ApiGateway",
        "listKind": "ApiGatewayList",
        "plural": "apigateways",
        "singular": "apigateway",
        "shortNames": [
          "agw"
        ],
        "categories": [
          "simpul"
        ]
      },
      "versions": [
        {
          "name": "v1alpha1",
          "served": true,
          "storage": true,
          "subresources": {
            "status": {}
          },
          "additionalPrinterColumns": [
            {
              "name": "Ready",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
              "description": "Whether everything holds that this object asks for."
            },
            {
              "name": "Reason",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].reason",
              "description": "Why it is, or is not, ready."
            },
            {
              "name": "Replicas",
              "type": "integer",
              "jsonPath": ".spec.replicas",
              "description": "Pods wanted."
            },
            {
              "name": "Serving",
              "type": "integer",
              "jsonPath": ".status.readyGateways",
              "description": "Pods that answer calls."
            },
            {
              "name": "Compiled Namespace",
              "type": "string",
              "priority": 1,
              "jsonPath": ".status.compiledNamespace",
              "description": "Namespace of its compiled objects and pods."
            },
            {
              "name": "Message",
              "type": "string",
              "priority": 1,
              "jsonPath": ".status.conditions[?(@.type=='Ready')].message",
              "description": "What to do about it."
            },
            {
              "name": "Age",
              "type": "date",
              "jsonPath": ".metadata.creationTimestamp",
              "description": "Time since it was created."
            }
          ],
          "schema": {
            "openAPIV3Schema": {
              "description": "One fleet of stateless gateway pods: listeners, who may attach APIs, and the limits that hold for all of them.",
              "type": "object",
              "required": [
                "spec"
              ],
              "properties": {
                "apiVersion": {
                  "description": "Version of this schema. Example: `simpul.id/v1alpha1`.",
                  "type": "string",
                  "maxLength": 63
                },
                "kind": {
                  "description": "Kind of the object. Example: `ApiGateway`.",
                  "type": "string",
                  "maxLength": 63
                },
                "metadata": {
                  "type": "object"
                },
                "spec": {
                  "description": "What the fleet listens on, for whom, and what holds for every call.",
                  "type": "object",
                  "required": [
                    "listeners"
                  ],
                  "x-kubernetes-validations": [
                    {
                      "rule": "!has(self.expose) || !has(self.expose.listener) || self.listeners.exists(l, l.name == self.expose.listener)",
                      "message": "expose.listener names no listener: give the name of one of listeners"
                    },
                    {
                      "rule": "!has(self.expose) || (self.expose.kind != 'HTTPRoute' && !has(self.expose.tls)) || (has(self.expose.listener) ? self.listeners.all(l, l.name != self.expose.listener || l.protocol == 'HTTP') : self.listeners[0].protocol == 'HTTP')",
                      "message": "with a listener of HTTPS, TLS ends in the gateway: remove expose.tls and choose Ingress or Route, or expose a listener of HTTP"
                    }
                  ],
                  "properties": {
                    "className": {
                      "description": "Which installation looks after this object, where one cluster holds several. Default: `simpul`. Example: `simpul-banten`.",
                      "type": "string",
                      "default": "simpul",
                      "maxLength": 63,
                      "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                      "x-kubernetes-validations": [
                        {
                          "rule": "self == oldSelf",
                          "message": "className cannot be changed: delete the object and create it for the other installation"
                        }
                      ]
                    },
                    "replicas": {
                      "description": "Number of gateway pods. Default: `2`. Example: `3`.",
                      "type": "integer",
                      "format": "int32",
                      "default": 2,
                      "minimum": 0,
                      "maximum": 200
                    },
                    "autoscaling": {
                      "description": "Lets a HorizontalPodAutoscaler choose the number of pods by their load, instead of `replicas` (docs/scaling.md). Default: none, and `replicas` holds. Example: `{minReplicas: 2, maxReplicas: 10, cpuPercent: 70}`.",
                      "type": "object",
                      "required": [
                        "maxReplicas"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.minReplicas <= self.maxReplicas",
                          "message": "minReplicas cannot exceed maxReplicas: lower minReplicas, or raise maxReplicas"
                        }
                      ],
                      "properties": {
                        "minReplicas": {
                          "description": "Fewest gateway pods. Default: `2`. Example: `3`.",
                          "type": "integer",
                          "format": "int32",
                          "default": 2,
                          "minimum": 1,
                          "maximum": 200
                        },
                        "maxReplicas": {
                          "description": "Most gateway pods. Example: `10`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 1,
                          "maximum": 200
                        },
                        "cpuPercent": {
                          "description": "How much of their CPUs (one for each of `workers`) pods use on average before there are more of them, as a percentage; asks for metrics-server or its like in the cluster. Default: `70`. Example: `50`.",
                          "type": "integer",
                          "format": "int32",
                          "default": 70,
                          "minimum": 1,
                          "maximum": 100
                        },
                        "callsInFlight": {
                          "description": "How many calls pods have under way on average before there are more of them; asks for an adapter that serves `simpul_gateway_calls_in_flight` under custom.metrics.k8s.io, and without it CPU alone decides. Default: none, CPU alone decides. Example: `200`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 1,
                          "maximum": 100000
                        }
                      }
                    },
                    "workers": {
                      "description": "Processes of each pod that serve calls, side by side on the same ports; each has a CPU of its own. One, and more pods, is right for most; more where pods are few and large. Limits count each process, caches and circuit breakers belong to one. Default: `1`. Example: `4`.",
                      "type": "integer",
                      "format": "int32",
                      "default": 1,
                      "minimum": 1,
                      "maximum": 16
                    },
                    "listeners": {
                      "description": "Ports on which every pod accepts calls. Example: `[{name: http, protocol: HTTP, port: 8080}]`.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 8,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "name"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.all(a, self.exists_one(b, b.port == a.port))",
                          "message": "two listeners share one port: give each listener a port of its own"
                        }
                      ],
                      "items": {
                        "description": "One port. Example: `{name: http, protocol: HTTP, port: 8080}`.",
                        "type": "object",
                        "required": [
                          "name",
                          "protocol",
                          "port"
                        ],
                        "x-kubernetes-validations": [
                          {
                            "rule": "(self.protocol == 'HTTPS') == has(self.tls)",
                            "message": "give tls when protocol is HTTPS, and only then"
                          }
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of the listener, also of the Service's port. Example: `http`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 15,
                            "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$"
                          },
                          "protocol": {
                            "description": "What is spoken there; HTTPS needs `tls`. Example: `HTTPS`.",
                            "type": "string",
                            "enum": [
                              "HTTP",
                              "HTTPS"
                            ]
                          },
                          "port": {
                            "description": "TCP port; pods run without privileges, so ports below 1024 are refused. Example: `8080`.",
                            "type": "integer",
                            "format": "int32",
                            "minimum": 1024,
                            "maximum": 65535
                          },
                          "http2": {
                            "description": "Whether HTTP/2 is spoken beside HTTP/1.1: with HTTPS for clients that offer it (ALPN), with HTTP for those that know it beforehand. Default: `Enabled` with HTTPS, `Disabled` with HTTP. Example: `Enabled`.",
                            "type": "string",
                            "enum": [
                              "Enabled",
                              "Disabled"
                            ]
                          },
                          "proxyProtocol": {
                            "description": "Whether every connection begins with a header of the PROXY protocol, version 1 or 2, which names the client; those that do not, or that do not come from one of `trustedProxies`, are closed. Default: `None`. Example: `Required`.",
                            "type": "string",
                            "default": "None",
                            "enum": [
                              "None",
                              "Required"
                            ]
                          },
                          "tls": {
                            "description": "How the port speaks TLS. Default: none; needed when `protocol` is HTTPS. Example: `{certificateRefs: [{name: gateway-tls}]}`.",
                            "type": "object",
                            "required": [
                              "certificateRefs"
                            ],
                            "properties": {
                              "certificateRefs": {
                                "description": "Certificates with their keys. A client is shown the first whose DNS names hold the name that it asks for, else the first of all. Example: `[{name: gateway-tls}]`.",
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 16,
                                "x-kubernetes-list-type": "atomic",
                                "items": {
                                  "description": "A Secret of type `kubernetes.io/tls` in this object's namespace. Example: `{name: gateway-tls}`.",
                                  "type": "object",
                                  "required": [
                                    "name"
                                  ],
                                  "properties": {
                                    "name": {
                                      "description": "Name of the Secret. Example: `gateway-tls`.",
                                      "type": "string",
                                      "minLength": 1,
                                      "maxLength": 253,
                                      "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                    }
                                  }
                                }
                              },
                              "issue": {
                                "description": "Has cert-manager write the first of `certificateRefs`, and renew it (docs/policies/tls.md). Default: somebody else writes it. Example: `{issuerRef: {kind: ClusterIssuer, name: letsencrypt}, dnsNames: [api.bantenprov.go.id]}`.",
                                "type": "object",
                                "required": [
                                  "issuerRef",
                                  "dnsNames"
                                ],
                                "properties": {
                                  "issuerRef": {
                                    "description": "Who signs it. Example: `{kind: ClusterIssuer, name: letsencrypt}`.",
                                    "type": "object",
                                    "required": [
                                      "name"
                                    ],
                                    "properties": {
                                      "kind": {
                                        "description": "`Issuer` of this object's namespace, or `ClusterIssuer`. Default: `Issuer`. Example: `ClusterIssuer`.",
                                        "type": "string",
                                        "default": "Issuer",
                                        "enum": [
                                          "Issuer",
                                          "ClusterIssuer"
                                        ]
                                      },
                                      "name": {
                                        "description": "Name of the issuer. Example: `letsencrypt`.",
                                        "type": "string",
                                        "minLength": 1,
                                        "maxLength": 253,
                                        "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                      }
                                    }
                                  },
                                  "dnsNames": {
                                    "description": "Names that it is for. Example: `[api.bantenprov.go.id]`.",
                                    "type": "array",
                                    "minItems": 1,
                                    "maxItems": 64,
                                    "x-kubernetes-list-type": "set",
                                    "items": {
                                      "description": "A host name in lower case; its first label may be `*`. Example: `api.bantenprov.go.id`.",
                                      "type": "string",
                                      "minLength": 1,
                                      "maxLength": 253,
                                      "pattern": "^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
                                    }
                                  }
                                }
                              },
                              "minVersion": {
                                "description": "Lowest version of TLS. Default: `TLSv1.2`. Example: `TLSv1.3`.",
                                "type": "string",
                                "default": "TLSv1.2",
                                "enum": [
                                  "TLSv1.2",
                                  "TLSv1.3"
                                ]
                              },
                              "clientCertificates": {
                                "description": "Asks clients for a certificate. Default: they are not asked. Example: `{mode: Required, caRef: {name: partner-ca, key: ca.crt}}`.",
                                "type": "object",
                                "required": [
                                  "mode",
                                  "caRef"
                                ],
                                "properties": {
                                  "mode": {
                                    "description": "`Required`: no call without one; `Optional`: one that is shown must be good. Example: `Required`.",
                                    "type": "string",
                                    "enum": [
                                      "Optional",
                                      "Required"
                                    ]
                                  },
                                  "caRef": {
                                    "description": "A key of a ConfigMap in this object's namespace that holds the certificates of the authorities, as PEM. Example: `{name: partner-ca, key: ca.crt}`.",
                                    "type": "object",
                                    "required": [
                                      "name",
                                      "key"
                                    ],
                                    "properties": {
                                      "name": {
                                        "description": "Name of the ConfigMap. Example: `partner-ca`.",
                                        "type": "string",
                                        "minLength": 1,
                                        "maxLength": 253,
                                        "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                      },
                                      "key": {
                                        "description": "Key under which the certificates stand. Example: `ca.crt`.",
                                        "type": "string",
                                        "minLength": 1,
                                        "maxLength": 253,
                                        "pattern": "^[-._a-zA-Z0-9]+$"
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                        }
                      }
                    },
                    "tenants": {
                      "description": "Which Tenants' ApiServices may name this ApiGateway. Default: none. Example: `{from: All}`.",
                      "type": "object",
                      "required": [
                        "from"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.from == 'Selector' ? has(self.selector) : !has(self.selector)",
                          "message": "give selector when from is Selector, and only then"
                        }
                      ],
                      "properties": {
                        "from": {
                          "description": "`All` Tenants of this installation, or those that `selector` picks. Example: `Selector`.",
                          "type": "string",
                          "enum": [
                            "All",
                            "Selector"
                          ]
                        },
                        "selector": {
                          "description": "Picks Tenants by their labels. Default: none; needed when `from` is `Selector`. Example: `{matchLabels: {level: province}}`.",
                          "type": "object",
                          "required": [
                            "matchLabels"
                          ],
                          "properties": {
                            "matchLabels": {
                              "description": "Labels that a Tenant must carry, all of them. Example: `{level: province}`.",
                              "type": "object",
                              "minProperties": 1,
                              "maxProperties": 16,
                              "additionalProperties": {
                                "description": "Value of the label. Example: `province`.",
                                "type": "string",
                                "maxLength": 63
                              }
                            }
                          }
                        }
                      }
                    },
                    "backendAccess": {
                      "description": "Which backend addresses ApiServices on this gateway may reach, judged when a connection is made, after DNS. Public and private addresses pass; loopback, link-local, metadata, unspecified and multicast addresses, the API server and the pod itself are refused unless listed. Default: nothing beyond that. Example: `{allow: [127.0.0.0/8]}`.",
                      "type": "object",
                      "properties": {
                        "allow": {
                          "description": "Special addresses that may be reached all the same. Default: none. Example: `[127.0.0.0/8]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "An address block in CIDR notation, IPv4 or IPv6. Example: `10.20.0.0/16`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 49,
                            "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
                          }
                        },
                        "deny": {
                          "description": "Addresses that may not be reached; wins over `allow`. Default: none. Example: `[10.96.0.0/16]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "An address block in CIDR notation, IPv4 or IPv6. Example: `10.20.0.0/16`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 49,
                            "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
                          }
                        }
                      }
                    },
                    "trustedProxies": {
                      "description": "Addresses of load balancers in front whose X-Forwarded-For is believed. Default: none, so that the peer's own address is the client's. Example: `[10.0.0.0/24]`.",
                      "type": "array",
                      "maxItems": 64,
                      "x-kubernetes-list-type": "set",
                      "items": {
                        "description": "An address block in CIDR notation, IPv4 or IPv6. Example: `10.20.0.0/16`.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 49,
                        "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
                      }
                    },
                    "clientCertHeader": {
                      "description": "Whether the field `Client-Cert` (RFC 9440) of `trustedProxies`, which end TLS in front, says which certificate the client has shown them. `TrustedProxies`: yes, and a certificate of their own says nothing about callers. They must verify certificates and remove the field from what callers send: one that lets it through lets in whoever has seen a certificate. Default: `Ignore`. Example: `TrustedProxies`.",
                      "type": "string",
                      "enum": [
                        "Ignore",
                        "TrustedProxies"
                      ]
                    },
                    "limits": {
                      "description": "Ceilings over all that this fleet serves. A call must pass every limit of every level; a refused call counts nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "atomic",
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.all(a, !has(a.name) || self.exists_one(b, has(b.name) && b.name == a.name))",
                          "message": "two limits have one name: give each limit of a list a name of its own, or none"
                        }
                      ],
                      "items": {
                        "description": "At most so many calls, or bytes of answers, in a window; or so many calls at the same time. Example: `{requests: 1200, per: Minute, burst: 100}`.",
                        "type": "object",
                        "x-kubernetes-validations": [
                          {
                            "rule": "has(self.requests) ? !has(self.bytes) && !has(self.concurrent) : has(self.bytes) != has(self.concurrent)",
                            "message": "give exactly one of requests, bytes and concurrent"
                          },
                          {
                            "rule": "has(self.per) != has(self.concurrent)",
                            "message": "give per with requests and with bytes, and never with concurrent"
                          },
                          {
                            "rule": "!has(self.burst) || has(self.requests)",
                            "message": "burst bounds requests: remove burst, or give requests"
                          },
                          {
                            "rule": "!has(self.burst) || !has(self.per) || self.per != 'Second'",
                            "message": "burst bounds any one second, so it adds nothing to a limit per Second: remove burst, or choose a longer window"
                          },
                          {
                            "rule": "!has(self.burst) || !has(self.requests) || self.burst <= self.requests",
                            "message": "burst cannot exceed requests: lower burst, or raise requests"
                          },
                          {
                            "rule": "has(self.header) == (has(self.by) && self.by == 'Header')",
                            "message": "give header when by is Header, and only then"
                          },
                          {
                            "rule": "has(self.claim) == (has(self.by) && self.by == 'Claim')",
                            "message": "give claim when by is Claim, and only then"
                          }
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of this limit, shown to a caller that it refuses, and the identity under which it goes on counting when it is edited. Default: made of `by`, `per` and the position. Example: `ramai`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                          },
                          "requests": {
                            "description": "Calls allowed in one window and for one counter. Default: none; one of requests, bytes and concurrent is needed. Example: `60`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000000000
                          },
                          "bytes": {
                            "description": "Bytes of the bodies of answers allowed in one window and for one counter, with an optional suffix Ki, Mi or Gi; what is under way when they are used up is sent to its end. Per Second it is a bandwidth: answers are slowed down and none is refused. Default: none; one of requests, bytes and concurrent is needed. Example: `10Gi`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 12,
                            "pattern": "^([1-9][0-9]*|[1-9][0-9]{0,5}(Ki|Mi|Gi))$"
                          },
                          "concurrent": {
                            "description": "Calls allowed at the same time for one counter, from their admission to the last byte of the answer. Default: none; one of requests, bytes and concurrent is needed. Example: `20`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000
                          },
                          "per": {
                            "description": "Length of the window. Second, Minute and Hour run from a counter's first call; Day and Month are calendar windows in the gateway's `timeZone`. Default: none; needed with requests and with bytes. Example: `Minute`.",
                            "type": "string",
                            "enum": [
                              "Second",
                              "Minute",
                              "Hour",
                              "Day",
                              "Month"
                            ]
                          },
                          "by": {
                            "description": "What is counted apart: everything together, each Subscription, each application (several Subscriptions may name one), each client address (IPv6 by /64), each value of a header field or of a claim of the caller's token. A call that lacks what is counted by is counted by its address. Default: `Total`. Example: `ClientIP`.",
                            "type": "string",
                            "enum": [
                              "Total",
                              "Subscription",
                              "Application",
                              "ClientIP",
                              "Header",
                              "Claim"
                            ]
                          },
                          "header": {
                            "description": "Header field that `by: Header` counts by, in any case. Callers choose its value, so it limits only those who are honest about it. Default: none; needed with `by: Header`. Example: `x-device-id`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128,
                            "pattern": "^[A-Za-z0-9-]+$"
                          },
                          "claim": {
                            "description": "Claim of the caller's verified token that `by: Claim` counts by; a text, a number or a truth value. Default: none; needed with `by: Claim`. Example: `azp`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128
                          },
                          "when": {
                            "description": "Which calls this limit is about, as an expression (CEL) over request, client, api, plan, subscription and claims (docs/policies/limits.md); others pass it uncounted. Default: every call. Example: `request.headers[\"x-mode\"] == \"massal\"`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 1024
                          },
                          "onRedisFailure": {
                            "description": "What happens while the gateway's Redis does not answer: every pod allows its share of this limit, or calls that would need to be counted are refused (503). Default: `LocalShare`. Example: `Deny`.",
                            "type": "string",
                            "enum": [
                              "LocalShare",
                              "Deny"
                            ]
                          },
                          "burst": {
                            "description": "Calls allowed within any one second, beside `requests`. Default: no such bound. Example: `100`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000
                          }
                        }
                      }
                    },
                    "redis": {
                      "description": "Where all pods count limits together: a Redis of 6.2 or newer, alone or watched by Sentinels; a Redis Cluster is refused. Default: none, and each pod counts for itself. Example: `{address: redis.simpul-system:6379, credentialRef: {name: redis}}`.",
                      "type": "object",
                      "x-kubernetes-validations": [
                        {
                          "rule": "has(self.address) != has(self.sentinel)",
                          "message": "give address or sentinel: one of them, and not both"
                        }
                      ],
                      "properties": {
                        "address": {
                          "description": "Host and port of Redis. Default: none; needed without `sentinel`. Example: `redis.simpul-system:6379`.",
                          "type": "string",
                          "minLength": 3,
                          "maxLength": 259,
                          "pattern": "^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$"
                        },
                        "sentinel": {
                          "description": "Sentinels that know which Redis is the master now. Default: none; needed without `address`. Example: `{masterName: simpul, addresses: ['sentinel-0.redis:26379']}`.",
                          "type": "object",
                          "required": [
                            "masterName",
                            "addresses"
                          ],
                          "properties": {
                            "masterName": {
                              "description": "Name under which the Sentinels watch it. Example: `simpul`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 128,
                              "pattern": "^[A-Za-z0-9._-]+$"
                            },
                            "addresses": {
                              "description": "Host and port of each Sentinel. Example: `['sentinel-0.redis:26379']`.",
                              "type": "array",
                              "minItems": 1,
                              "maxItems": 16,
                              "x-kubernetes-list-type": "set",
                              "items": {
                                "description": "Host and port. Example: `sentinel-0.redis:26379`.",
                                "type": "string",
                                "minLength": 3,
                                "maxLength": 259,
                                "pattern": "^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$"
                              }
                            },
                            "credentialRef": {
                              "description": "Secret of this namespace of type `kubernetes.io/basic-auth` that the Sentinels themselves want: `username` (empty or left out: the default user) and `password`. Default: none, they want none. Example: `{name: redis-sentinel}`.",
                              "type": "object",
                              "required": [
                                "name"
                              ],
                              "properties": {
                                "name": {
                                  "description": "Name of the Secret. Example: `redis-sentinel`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 253,
                                  "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                }
                              }
                            }
                          }
                        },
                        "tls": {
                          "description": "Speaks TLS with Redis and its Sentinels. Default: not encrypted. Example: `{caRef: {name: redis-ca, key: ca.crt}}`.",
                          "type": "object",
                          "properties": {
                            "caRef": {
                              "description": "ConfigMap of this namespace with the certificates (PEM) that vouch for Redis. Default: the machine's authorities. Example: `{name: redis-ca, key: ca.crt}`.",
                              "type": "object",
                              "required": [
                                "name",
                                "key"
                              ],
                              "properties": {
                                "name": {
                                  "description": "Name of the ConfigMap. Example: `redis-ca`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 253,
                                  "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                },
                                "key": {
                                  "description": "Key in it. Example: `ca.crt`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 253,
                                  "pattern": "^[-._a-zA-Z0-9]+$"
                                }
                              }
                            },
                            "serverName": {
                              "description": "Name that the certificate must have. Default: the host. Example: `redis.simpul-system`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[A-Za-z0-9.-]+$"
                            }
                          }
                        },
                        "credentialRef": {
                          "description": "Secret of this namespace of type `kubernetes.io/basic-auth`: `username` (empty or left out: the default user) and `password`. Which rights the user needs: docs/policies/limits.md. Default: none. Example: `{name: redis}`.",
                          "type": "object",
                          "required": [
                            "name"
                          ],
                          "properties": {
                            "name": {
                              "description": "Name of the Secret. Example: `redis`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            }
                          }
                        },
                        "keyPrefix": {
                          "description": "Beginning of every key, so that several ApiGateways can share one Redis. Default: made of its namespace and name. Example: `simpul/public/`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 128,
                          "pattern": "^[A-Za-z0-9._/:-]+$"
                        },
                        "timeout": {
                          "description": "How long a call waits for Redis before the pod decides by itself, at most 1s, as a duration in ms, s, m or h. Default: `50ms`. Example: `100ms`.",
                          "type": "string",
                          "default": "50ms",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        }
                      }
                    },
                    "timeZone": {
                      "description": "IANA time zone in which Day and Month windows begin at midnight. Default: `Asia/Jakarta`. Example: `Asia/Makassar`.",
                      "type": "string",
                      "default": "Asia/Jakarta",
                      "minLength": 1,
                      "maxLength": 64,
                      "pattern": "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$"
                    },
                    "maxRequestBytes": {
                      "description": "Largest request body that an ApiService accepts when it says nothing itself, in bytes with an optional suffix Ki, Mi or Gi. Default: `10Mi`. Example: `1Gi`.",
                      "type": "string",
                      "default": "10Mi",
                      "minLength": 1,
                      "maxLength": 16,
                      "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                    },
                    "defaults": {
                      "description": "What an ApiService gets that says nothing itself. Default: 30s to answer, 5s to connect. Example: `{timeout: 10s}`.",
                      "type": "object",
                      "properties": {
                        "timeout": {
                          "description": "Time for a whole answer of the backend, as a duration in ms, s, m or h. Default: `30s`. Example: `10s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "connectTimeout": {
                          "description": "Time to connect to the backend, TLS included, as a duration in ms, s, m or h. Default: `5s`. Example: `2s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "maxResponseBytes": {
                          "description": "Largest answer of a backend, in bytes with an optional suffix Ki, Mi or Gi. Default: any size. Example: `10Mi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        }
                      }
                    },
                    "ceilings": {
                      "description": "What no ApiService exceeds: a larger value is cut to it, and the ApiService says so in a Warning. Default: none. Example: `{timeout: 1m, maxRequestBytes: 100Mi}`.",
                      "type": "object",
                      "properties": {
                        "timeout": {
                          "description": "Longest time for a whole answer of the backend, of operations too, as a duration in ms, s, m or h. Default: none. Example: `1m`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "connectTimeout": {
                          "description": "Longest time to connect to the backend, TLS included, as a duration in ms, s, m or h. Default: none. Example: `5s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "maxRequestBytes": {
                          "description": "Largest request body that any may ask for, in bytes with an optional suffix Ki, Mi or Gi. Default: none. Example: `100Mi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "maxResponseBytes": {
                          "description": "Largest answer of a backend that any may ask for, in bytes with an optional suffix Ki, Mi or Gi; it holds also where an ApiService says nothing. Default: none. Example: `100Mi`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "retryAttempts": {
                          "description": "Most attempts after the first that an ApiService may ask for in `backend.retries`; 0: none. Default: none. Example: `1`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 0,
                          "maximum": 5
                        }
                      }
                    },
                    "monitoring": {
                      "description": "How Prometheus' operator finds the pods. A ServiceMonitor is made wherever the cluster knows that kind (docs/observability.md). Default: one without labels of yours. Example: `{labels: {release: kube-prometheus-stack}}`.",
                      "type": "object",
                      "properties": {
                        "labels": {
                          "description": "Labels of the ServiceMonitor, by which a Prometheus picks it. Default: none. Example: `{release: kube-prometheus-stack}`.",
                          "type": "object",
                          "minProperties": 1,
                          "maxProperties": 16,
                          "additionalProperties": {
                            "description": "Value of the label. Example: `kube-prometheus-stack`.",
                            "type": "string",
                            "maxLength": 63
                          }
                        }
                      }
                    },
                    "expose": {
                      "description": "Brings callers from outside of the cluster to the fleet by a controller that the cluster has (docs/exposing.md). Default: nothing is made, and the Service is reached from inside. Example: `{kind: Ingress, ingressClassName: nginx, hosts: [api.bantenprov.go.id]}`.",
                      "type": "object",
                      "required": [
                        "kind"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "!has(self.ingressClassName) || self.kind == 'Ingress'",
                          "message": "give ingressClassName only when kind is Ingress"
                        },
                        {
                          "rule": "has(self.parentRef) == (self.kind == 'HTTPRoute')",
                          "message": "give parentRef when kind is HTTPRoute, and only then"
                        },
                        {
                          "rule": "!has(self.tls) || self.kind != 'HTTPRoute'",
                          "message": "the Gateway that parentRef names decides about TLS: remove tls"
                        }
                      ],
                      "properties": {
                        "kind": {
                          "description": "What is made: an `Ingress`; an `HTTPRoute` of the Gateway API; a `Route` of OpenShift. Example: `Ingress`.",
                          "type": "string",
                          "enum": [
                            "Ingress",
                            "HTTPRoute",
                            "Route"
                          ]
                        },
                        "listener": {
                          "description": "Name of the listener that callers reach. Default: the first one. Example: `http`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 15,
                          "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$"
                        },
                        "hosts": {
                          "description": "Host names by which callers come. Default: `dnsNames` of the listener's `tls.issue`, else every name that arrives there; OpenShift makes one up. Example: `[api.bantenprov.go.id]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 16,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "A host name in lower case; its first label may be `*`. Example: `api.bantenprov.go.id`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 253,
                            "pattern": "^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
                          }
                        },
                        "tls": {
                          "description": "Where callers' TLS ends when the listener speaks HTTP. `Edge`: at the controller, with the certificate that it has; `None`: callers speak plain HTTP. Default: `Edge` with a listener of HTTP; none with HTTPS, where TLS is let through to the gateway. Example: `None`.",
                          "type": "string",
                          "enum": [
                            "Edge",
                            "None"
                          ]
                        },
                        "ingressClassName": {
                          "description": "Class of the Ingress. Default: the class that the cluster has as its default. Example: `nginx`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 253,
                          "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                        },
                        "parentRef": {
                          "description": "Gateway to which the HTTPRoute is attached; it must allow routes of the compiled namespace. Default: none; needed when `kind` is HTTPRoute. Example: `{namespace: edge, name: public, sectionName: https}`.",
                          "type": "object",
                          "required": [
                            "namespace",
                            "name"
                          ],
                          "properties": {
                            "namespace": {
                              "description": "Namespace of the Gateway. Example: `edge`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 63,
                              "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                            },
                            "name": {
                              "description": "Name of the Gateway. Example: `public`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            },
                            "sectionName": {
                              "description": "One listener of the Gateway. Default: all of them. Example: `https`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            }
                          }
                        },
                        "annotations": {
                          "description": "Annotations of what is made, for its controller. Default: those by which well-known controllers let TLS through, where a listener of HTTPS wants that. Example: `{nginx.ingress.kubernetes.io/proxy-body-size: 100m}`.",
                          "type": "object",
                          "minProperties": 1,
                          "maxProperties": 32,
                          "additionalProperties": {
                            "description": "Value of the annotation. Example: `100m`.",
                            "type": "string",
                            "maxLength": 4096
                          }
                        }
                      }
                    },
                    "networkPolicies": {
                      "description": "Who writes the NetworkPolicy of the pods: `Managed`: the operator (docs/network.md); `None`: somebody else, or nobody. Default: `Managed`. Example: `None`.",
                      "type": "string",
                      "enum": [
                        "Managed",
                        "None"
                      ]
                    },
                    "maintenance": {
                      "description": "While this is here, all calls of this gateway get 503 with this message. Default: none. Example: `{message: Pindah server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.",
                      "type": "object",
                      "required": [
                        "message"
                      ],
                      "properties": {
                        "message": {
                          "description": "What callers read. Example: `Pindah server sampai pukul 22.00`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 200
                        },
                        "retryAfter": {
                          "description": "When callers should try again, as a duration in ms, s, m or h. Default: they are not told. Example: `30m`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "allowFrom": {
                          "description": "Addresses of callers that are served all the same. Default: none. Example: `[10.1.2.0/24]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "An address block in CIDR notation, IPv4 or IPv6. Example: `10.20.0.0/16`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 49,
                            "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
                          }
                        }
                      }
                    },
                    "drainDelay": {
                      "description": "How long a pod that is asked to stop goes on accepting calls, so that load balancers see it leave, as a duration in ms, s, m or h. Default: `10s`. Example: `15s`.",
                      "type": "string",
                      "default": "10s",
                      "minLength": 2,
                      "maxLength": 16,
                      "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                    },
                    "logging": {
                      "description": "What ApiServices on this gateway may have logged. Default: no bodies. Example: `{bodies: Sampled, mask: [body.nik]}`.",
                      "type": "object",
                      "x-kubernetes-validations": [
                        {
                          "rule": "!has(self.mask) || self.mask.all(name, name.matches('^(path|query|header)[.][A-Za-z0-9_-]+$|^body([.][^.]+)+$'))",
                          "message": "a mask reads path.NAME, query.NAME, header.NAME or body.NAME, where NAME of body may be NAME.NAME to say where it stands"
                        }
                      ],
                      "properties": {
                        "bodies": {
                          "description": "`Sampled`: ApiServices may have bodies of some calls logged; `None`: they may not, whatever they say. Default: `None`. Example: `Sampled`.",
                          "type": "string",
                          "default": "None",
                          "enum": [
                            "None",
                            "Sampled"
                          ]
                        },
                        "mask": {
                          "description": "Names whose values are never logged, of any ApiService; written as in `spec.logging.mask` of an ApiService. Default: none. Example: `[path.nik, query.npwp, body.nik]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "Where a value stands, and its name. Example: `body.nik`.",
                            "type": "string",
                            "maxLength": 128
                          }
                        }
                      }
                    },
                    "tracing": {
                      "description": "Spans of calls, sent by OTLP over HTTP to an OpenTelemetry collector, Jaeger or the like. Default: none. Example: `{endpoint: 'http://jaeger-collector.observability:4318', sampleRate: 1%}`.",
                      "type": "object",
                      "required": [
                        "endpoint"
                      ],
                      "properties": {
                        "endpoint": {
                          "description": "Base URL of the collector, to which `/v1/traces` is joined. Example: `http://jaeger-collector.observability:4318`.",
                          "type": "string",
                          "maxLength": 512,
                          "pattern": "^https?://[^/?#@\\s]+(/[^?#\\s]*)?$"
                        },
                        "sampleRate": {
                          "description": "Share of calls that are traced, as a percentage; of calls that a trusted proxy hands on with a `traceparent`, its sampled flag decides. Default: `1%`. Example: `10%`.",
                          "type": "string",
                          "default": "1%",
                          "maxLength": 8,
                          "pattern": "^(100|[0-9]{1,2}([.][0-9]{1,4})?)%$"
                        }
                      }
                    },
                    "stateConfirmedAt": {
                      "description": "After etcd was restored to an older state: that this state may count as it is, RFC 3339. It ends what gateways noticed until then (`status.rolledBack`), and what they withhold since. Default: none. Example: `2026-11-20T03:00:00Z`.",
                      "type": "string",
                      "format": "date-time",
                      "maxLength": 32
                    }
                  }
                },
                "status": {
                  "description": "What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that what waits for the operator sees that it has not looked yet. Example: see `conditions`.",
                  "type": "object",
                  "default": {
                    "observedGeneration": -1
                  },
                  "properties": {
                    "observedGeneration": {
                      "description": "Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit. Example: `3`.",
                      "type": "integer",
                      "format": "int64",
                      "minimum": -1,
                      "maximum": 9007199254740991
                    },
                    "conditions": {
                      "description": "What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md. Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "type"
                      ],
                      "items": {
                        "description": "One observation. Example: `{type: Accepted, status: 'False', reason: RouteConflict, ...}`.",
                        "type": "object",
                        "required": [
                          "type",
                          "status",
                          "reason",
                          "message",
                          "lastTransitionTime",
                          "observedGeneration"
                        ],
                        "properties": {
                          "type": {
                            "description": "What is observed. Example: `Ready`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "status": {
                            "description": "Whether it holds; `Unknown` while nobody can say. Example: `\"True\"`.",
                            "type": "string",
                            "enum": [
                              "True",
                              "False",
                              "Unknown"
                            ]
                          },
                          "reason": {
                            "description": "Stable word for programs. Example: `TenantNotFound`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[A-Z][A-Za-z0-9]*$"
                          },
                          "message": {
                            "description": "One sentence for people: what is so, and what to do about it. Example: `Namespace \"acme\" belongs to no Tenant`.",
                            "type": "string",
                            "maxLength": 1024
                          },
                          "lastTransitionTime": {
                            "description": "When `status` last changed, RFC 3339 in UTC. Example: `2026-11-20T03:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          },
                          "observedGeneration": {
                            "description": "Generation of the spec that this observation is about. Example: `3`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 0,
                            "maximum": 9007199254740991
                          }
                        }
                      }
                    },
                    "acceptedAt": {
                      "description": "When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a credential that two objects want, and backups carry it. Default: absent until then. Example: `2026-11-20T03:00:00Z`.",
                      "type": "string",
                      "format": "date-time",
                      "maxLength": 32
                    },
                    "compiledNamespace": {
                      "description": "Namespace that holds this gateway's compiled objects, pods and Leases. Default: absent until it exists. Example: `simpul-gw-public-3f9a2c7d`.",
                      "type": "string",
                      "maxLength": 63
                    },
                    "rolledBack": {
                      "description": "That etcd was restored to an older state, which nobody has confirmed yet. Default: absent. Example: `{noticedAt: '2026-11-20T03:00:00Z', withheld: []}`.",
                      "type": "object",
                      "required": [
                        "noticedAt"
                      ],
                      "properties": {
                        "noticedAt": {
                          "description": "When the last of the pods noticed, RFC 3339 in UTC: `spec.stateConfirmedAt` confirms it from this time on. Example: `2026-11-20T03:00:00Z`.",
                          "type": "string",
                          "format": "date-time",
                          "maxLength": 32
                        },
                        "withheld": {
                          "description": "What was revoked in the 24 hours before, is in the restored state, and stays refused. Default: nothing. Example: `[{id: q83vEjRWeJq7zN4_, what: the credential \"main\" of Subscription \"banten/app\"}]`.",
                          "type": "array",
                          "maxItems": 400,
                          "x-kubernetes-list-type": "map",
                          "x-kubernetes-list-map-keys": [
                            "id"
                          ],
                          "items": {
                            "description": "One credential, access or suspension. Example: `{id: q83vEjRWeJq7zN4_, what: the credential \"main\" of Subscription \"banten/app\"}`.",
                            "type": "object",
                            "required": [
                              "id",
                              "what"
                            ],
                            "properties": {
                              "id": {
                                "description": "By what gateways know it. Example: `q83vEjRWeJq7zN4_`.",
                                "type": "string",
                                "maxLength": 16
                              },
                              "what": {
                                "description": "For people. Example: `the credential \"main\" of Subscription \"banten/app\"`.",
                                "type": "string",
                                "maxLength": 300
                              }
                            }
                          }
                        }
                      }
                    },
                    "readyGateways": {
                      "description": "Number of pods that answer calls. Default: absent until the first visit. Example: `2`.",
                      "type": "integer",
                      "format": "int32",
                      "minimum": 0,
                      "maximum": 10000
                    }
                  }
                }
              }
            }
          }
        }
      ]
    }
  },
  {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
      "name": "keymanagers.simpul.id"
    },
    "spec": {
      "group": "simpul.id",
      "scope": "Namespaced",
      "names": {
        "kind": "KeyManager",
        "listKind": "KeyManagerList",
        "plural": "keymanagers",
        "singular": "keymanager",
        "shortNames": [
          "keym"
        ],
        "categories": [
          "simpul"
        ]
      },
      "versions": [
        {
          "name": "v1alpha1",
          "served": true,
          "storage": true,
          "subresources": {
            "status": {}
          },
          "additionalPrinterColumns": [
            {
              "name": "Ready",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
              "description": "Whether everything holds that this object asks for."
            },
            {
              "name": "Reason",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].reason",
              "description": "Why it is, or is not, ready."
            },
            {
              "name": "Type",
              "type": "string",
              "jsonPath": ".spec.type",
              "description": "Kind of proof."
            },
            {
              "name": "Message",
              "type": "string",
              "priority": 1,
              "jsonPath": ".status.conditions[?(@.type=='Ready')].message",
              "description": "What to do about it."
            },
            {
              "name": "Age",
              "type": "date",
              "jsonPath": ".metadata.creationTimestamp",
              "description": "Time since it was created."
            }
          ],
          "schema": {
            "openAPIV3Schema": {
              "description": "Who vouches for callers: API keys of Subscriptions, an identity provider that issues tokens, or an authority that issues certificates.",
              "type": "object",
              "required": [
                "spec"
              ],
              "properties": {
                "apiVersion": {
                  "description": "Version of this schema. Example: `simpul.id/v1alpha1`.",
                  "type": "string",
                  "maxLength": 63
                },
                "kind": {
                  "description": "Kind of the object. Example: `KeyManager`.",
                  "type": "string",
                  "maxLength": 63
                },
                "metadata": {
                  "type": "object"
                },
                "spec": {
                  "description": "How callers prove who they are, and whose APIs may rely on it.",
                  "type": "object",
                  "required": [
                    "type"
                  ],
                  "x-kubernetes-validations": [
                    {
                      "rule": "(self.type == 'OIDC') == has(self.oidc)",
                      "message": "give oidc when type is OIDC, and only then"
                    },
                    {
                      "rule": "(self.type == 'Introspection') == has(self.introspection)",
                      "message": "give introspection when type is Introspection, and only then"
                    },
                    {
                      "rule": "(self.type == 'ClientCertificate') == has(self.clientCertificate)",
                      "message": "give clientCertificate when type is ClientCertificate, and only then"
                    },
                    {
                      "rule": "(self.type == 'TokenEndpoint') == has(self.tokenEndpoint)",
                      "message": "give tokenEndpoint when type is TokenEndpoint, and only then"
                    },
                    {
                      "rule": "self.type == 'Signature' || !has(self.signature)",
                      "message": "signature belongs to type Signature: remove it, or create a KeyManager of that type"
                    },
                    {
                      "rule": "self.type == 'ApiKey' || !has(self.apiKey)",
                      "message": "apiKey belongs to type ApiKey: remove it, or create a KeyManager of that type"
                    }
                  ],
                  "properties": {
                    "tenants": {
                      "description": "Which Tenants' ApiServices and Subscriptions may name this KeyManager. Default: those of its own namespace; in the installation's namespace, all Tenants. Example: `{from: All}`.",
                      "type": "object",
                      "required": [
                        "from"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.from == 'Selector' ? has(self.selector) : !has(self.selector)",
                          "message": "give selector when from is Selector, and only then"
                        }
                      ],
                      "properties": {
                        "from": {
                          "description": "`All` Tenants of this installation, or those that `selector` picks. Example: `Selector`.",
                          "type": "string",
                          "enum": [
                            "All",
                            "Selector"
                          ]
                        },
                        "selector": {
                          "description": "Picks Tenants by their labels. Default: none; needed when `from` is `Selector`. Example: `{matchLabels: {level: province}}`.",
                          "type": "object",
                          "required": [
                            "matchLabels"
                          ],
                          "properties": {
                            "matchLabels": {
                              "description": "Labels that a Tenant must carry, all of them. Example: `{level: province}`.",
                              "type": "object",
                              "minProperties": 1,
                              "maxProperties": 16,
                              "additionalProperties": {
                                "description": "Value of the label. Example: `province`.",
                                "type": "string",
                                "maxLength": 63
                              }
                            }
                          }
                        }
                      }
                    },
                    "type": {
                      "description": "Kind of proof. `ApiKey`: keys of Subscriptions, kept in Secrets. `OIDC`: JSON Web Tokens of an identity provider, in `Authorization: Bearer`. `Introspection`: tokens of any form, about which the gateway asks the provider. `ClientCertificate`: certificates of an authority, by mutual TLS. `TokenEndpoint`: short-lived tokens that the gateway itself gives for API keys. `Signature`: requests that callers sign (RFC 9421). Example: `OIDC`.",
                      "type": "string",
                      "enum": [
                        "ApiKey",
                        "OIDC",
                        "Introspection",
                        "ClientCertificate",
                        "TokenEndpoint",
                        "Signature"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "self == oldSelf",
                          "message": "type cannot be changed: create another KeyManager and name that one"
                        }
                      ]
                    },
                    "apiKey": {
                      "description": "Settings of type `ApiKey`. Default: the header X-API-Key. Example: `{header: X-Instansi-Key}`.",
                      "type": "object",
                      "properties": {
                        "header": {
                          "description": "Request header that carries the key; `Authorization: ApiKey ...` is read as well. Default: `X-API-Key`. Example: `X-Instansi-Key`.",
                          "type": "string",
                          "default": "X-API-Key",
                          "minLength": 1,
                          "maxLength": 64,
                          "pattern": "^[A-Za-z][A-Za-z0-9-]*$",
                          "x-kubernetes-validations": [
                            {
                              "rule": "!(self.lowerAscii() in ['authorization', 'host', 'content-length', 'transfer-encoding', 'connection', 'cookie', 'te', 'trailer', 'upgrade'])",
                              "message": "this header has another meaning in HTTP: choose a name of your own, such as X-API-Key"
                            }
                          ]
                        }
                      }
                    },
                    "oidc": {
                      "description": "Settings of type `OIDC`: whose tokens count, and for whom. Default: none; needed when `type` is `OIDC`. Example: `{issuer: 'https://sso.example.go.id/realms/spbe', audiences: [simpul]}`.",
                      "type": "object",
                      "required": [
                        "issuer",
                        "audiences"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "!has(self.jwks) || !has(self.jwksUri)",
                          "message": "give jwks or jwksUri, not both: keys come from one place"
                        }
                      ],
                      "properties": {
                        "issuer": {
                          "description": "Issuer of the tokens, compared with their `iss` character by character. Its keys are found by OpenID Connect Discovery unless `jwksUri` or `jwks` is given. Example: `https://sso.example.go.id/realms/spbe`.",
                          "type": "string",
                          "minLength": 8,
                          "maxLength": 512,
                          "pattern": "^https?://[^\\s?#@\\\\]+$"
                        },
                        "audiences": {
                          "description": "A token must name one of these in `aud`; so a token that was made for another service is no use here. Example: `[simpul]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 16,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One audience. Example: `simpul`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 256
                          }
                        },
                        "applicationClaim": {
                          "description": "Claim that names the application, which Subscriptions state as `clientId`. Default: `azp`, or else `client_id`. Example: `client_id`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 128
                        },
                        "scopesClaim": {
                          "description": "Claim that holds the scopes, as a list or as words in one text; dots lead into objects. Default: `scope`, or else `scp`. Example: `realm_access.roles`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 128
                        },
                        "algorithms": {
                          "description": "Signature algorithms that are accepted; each key verifies only those of its own type besides. Shared secrets (`HS256`) and `none` never are. Default: all of these. Example: `[ES256, EdDSA]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 10,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One algorithm. Example: `ES256`.",
                            "type": "string",
                            "enum": [
                              "RS256",
                              "RS384",
                              "RS512",
                              "PS256",
                              "PS384",
                              "PS512",
                              "ES256",
                              "ES384",
                              "ES512",
                              "EdDSA"
                            ]
                          }
                        },
                        "clockLeeway": {
                          "description": "How far the clocks of issuer and gateway may differ, at most 5m, as a duration in ms, s, m or h. Default: `30s`. Example: `10s`.",
                          "type": "string",
                          "default": "30s",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "jwksUri": {
                          "description": "Where the issuer's keys are, for issuers without discovery. Default: what the discovery document says. Example: `https://sso.example.go.id/keys`.",
                          "type": "string",
                          "minLength": 8,
                          "maxLength": 512,
                          "pattern": "^https?://[^\\s#@\\\\]+$"
                        },
                        "jwks": {
                          "description": "The issuer's public keys themselves as a JSON Web Key Set, for issuers that no gateway can reach; to rotate, edit them. Default: none. Example: `{\"keys\": [{\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"kid\": \"a\", \"x\": \"...\"}]}`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 32768
                        },
                        "caRef": {
                          "description": "PEM certificates in this namespace of the authorities that alone vouch for the issuer's addresses, where they are https. Default: the public ones. Example: `{name: sso-ca, key: ca.crt}`.",
                          "type": "object",
                          "required": [
                            "name"
                          ],
                          "properties": {
                            "kind": {
                              "description": "ConfigMap, or Secret of the types `kubernetes.io/tls`, `simpul.id/backend-credential` or `kubernetes.io/basic-auth`. Default: `ConfigMap`. Example: `Secret`.",
                              "type": "string",
                              "default": "ConfigMap",
                              "enum": [
                                "ConfigMap",
                                "Secret"
                              ]
                            },
                            "name": {
                              "description": "Name of the ConfigMap or Secret. Example: `sso-ca`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            },
                            "key": {
                              "description": "Key within its data. Default: `ca.crt`. Example: `ca.crt`.",
                              "type": "string",
                              "default": "ca.crt",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[-._a-zA-Z0-9]+$"
                            }
                          }
                        },
                        "forwardToken": {
                          "description": "Whether backends get the token. It lets them act in the caller's name wherever the token is accepted. Default: `false`. Example: `true`.",
                          "type": "boolean",
                          "default": false
                        }
                      }
                    },
                    "introspection": {
                      "description": "Settings of type `Introspection` (RFC 7662): whom to ask about a token. Default: none; needed when `type` is `Introspection`. Example: `{url: 'https://sso.example.go.id/introspect', credentialRef: {name: sso-introspeksi}}`.",
                      "type": "object",
                      "required": [
                        "url",
                        "credentialRef"
                      ],
                      "properties": {
                        "url": {
                          "description": "Introspection endpoint of the provider. Example: `https://sso.example.go.id/introspect`.",
                          "type": "string",
                          "minLength": 8,
                          "maxLength": 512,
                          "pattern": "^https?://[^\\s#@\\\\]+$"
                        },
                        "credentialRef": {
                          "description": "Secret of type `kubernetes.io/basic-auth` (client id and secret) or `simpul.id/backend-credential` (`username` and `password`, or `token`) in this namespace, by which the endpoint knows the gateway. Example: `{name: sso-introspeksi}`.",
                          "type": "object",
                          "required": [
                            "name"
                          ],
                          "properties": {
                            "name": {
                              "description": "Name of the Secret. Example: `sso-introspeksi`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            }
                          }
                        },
                        "audiences": {
                          "description": "The answer must name one of these in `aud`. Default: whatever the provider calls active is accepted. Example: `[simpul]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 16,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One audience. Example: `simpul`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 256
                          }
                        },
                        "applicationClaim": {
                          "description": "Member of the answer that names the application, which Subscriptions state as `clientId`. Default: `azp`, or else `client_id`. Example: `client_id`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 128
                        },
                        "scopesClaim": {
                          "description": "Member of the answer that holds the scopes; dots lead into objects. Default: `scope`, or else `scp`. Example: `scope`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 128
                        },
                        "cacheTtl": {
                          "description": "How long an answer holds, within the life of the token, so also how long a token that was revoked still passes; at most 1h, as a duration in ms, s, m or h. Default: `30s`. Example: `5s`.",
                          "type": "string",
                          "default": "30s",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "timeout": {
                          "description": "Time for an answer; then the call is refused with 503. At most 10s, as a duration in ms, s, m or h. Default: `3s`. Example: `1s`.",
                          "type": "string",
                          "default": "3s",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "caRef": {
                          "description": "PEM certificates in this namespace of the authorities that alone vouch for the endpoint, where it is https. Default: the public ones. Example: `{name: sso-ca, key: ca.crt}`.",
                          "type": "object",
                          "required": [
                            "name"
                          ],
                          "properties": {
                            "kind": {
                              "description": "ConfigMap, or Secret of the types `kubernetes.io/tls`, `simpul.id/backend-credential` or `kubernetes.io/basic-auth`. Default: `ConfigMap`. Example: `Secret`.",
                              "type": "string",
                              "default": "ConfigMap",
                              "enum": [
                                "ConfigMap",
                                "Secret"
                              ]
                            },
                            "name": {
                              "description": "Name of the ConfigMap or Secret. Example: `sso-ca`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            },
                            "key": {
                              "description": "Key within its data. Default: `ca.crt`. Example: `ca.crt`.",
                              "type": "string",
                              "default": "ca.crt",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[-._a-zA-Z0-9]+$"
                            }
                          }
                        },
                        "forwardToken": {
                          "description": "Whether backends get the token. It lets them act in the caller's name wherever the token is accepted. Default: `false`. Example: `true`.",
                          "type": "boolean",
                          "default": false
                        }
                      }
                    },
                    "clientCertificate": {
                      "description": "Settings of type `ClientCertificate`: whose certificates count. Callers show them to an HTTPS listener that asks for them (`tls.clientCertificates`), or to a proxy in front (`clientCertHeader` of the ApiGateway). Default: none; needed when `type` is `ClientCertificate`. Example: `{caRef: {name: mitra-ca}}`.",
                      "type": "object",
                      "required": [
                        "caRef"
                      ],
                      "properties": {
                        "caRef": {
                          "description": "PEM certificates in this namespace of the authorities that issue the certificates themselves: of a hierarchy the issuing one, not the root above it. Example: `{name: mitra-ca, key: ca.crt}`.",
                          "type": "object",
                          "required": [
                            "name"
                          ],
                          "properties": {
                            "kind": {
                              "description": "ConfigMap, or Secret of the types `kubernetes.io/tls`, `simpul.id/backend-credential` or `kubernetes.io/basic-auth`. Default: `ConfigMap`. Example: `Secret`.",
                              "type": "string",
                              "default": "ConfigMap",
                              "enum": [
                                "ConfigMap",
                                "Secret"
                              ]
                            },
                            "name": {
                              "description": "Name of the ConfigMap or Secret. Example: `mitra-ca`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            },
                            "key": {
                              "description": "Key within its data. Default: `ca.crt`. Example: `ca.crt`.",
                              "type": "string",
                              "default": "ca.crt",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[-._a-zA-Z0-9]+$"
                            }
                          }
                        }
                      }
                    },
                    "tokenEndpoint": {
                      "description": "Settings of type `TokenEndpoint`: the gateways' own token endpoint (OAuth 2.0, grant client_credentials). The client id is the Subscription as `namespace/name`, the client secret any of its API keys. Only in the installation's namespace. Default: none; needed when `type` is `TokenEndpoint`. Example: `{issuer: 'https://api.example.go.id/masuk'}`.",
                      "type": "object",
                      "required": [
                        "issuer"
                      ],
                      "properties": {
                        "issuer": {
                          "description": "Issuer of the tokens: the address of the gateways with a path of its own, below which `/token` and `/jwks` are answered before any API. Example: `https://api.example.go.id/masuk`.",
                          "type": "string",
                          "minLength": 8,
                          "maxLength": 512,
                          "pattern": "^https?://[A-Za-z0-9.:_\\[\\]-]+(/[A-Za-z0-9._~-]+)*$"
                        },
                        "tokenLifetime": {
                          "description": "How long a token is good, between 1m and 1h, as a duration in ms, s, m or h. Default: `5m`. Example: `15m`.",
                          "type": "string",
                          "default": "5m",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "keyRotationDays": {
                          "description": "How many days a key signs until the next one takes over. A new key is published ten minutes before it signs, an old one until the last token that it signed has expired. Default: `30`. Example: `7`.",
                          "type": "integer",
                          "format": "int64",
                          "default": 30,
                          "minimum": 1,
                          "maximum": 365
                        }
                      }
                    },
                    "signature": {
                      "description": "Settings of type `Signature`: what a signature must be. Default: see each field. Example: `{maxAge: 30s}`.",
                      "type": "object",
                      "properties": {
                        "algorithms": {
                          "description": "Algorithms of RFC 9421 that are accepted; each key verifies only its own. `HmacSha256` needs a secret that the gateways know too, so it has to be asked for. Default: `Ed25519`, `EcdsaP256`, `EcdsaP384`. Example: `[Ed25519]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 4,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One algorithm. Example: `Ed25519`.",
                            "type": "string",
                            "enum": [
                              "Ed25519",
                              "EcdsaP256",
                              "EcdsaP384",
                              "HmacSha256"
                            ]
                          }
                        },
                        "components": {
                          "description": "What every signature must cover beside method, authority, path, query and, of a request with a body, `content-digest`: names of header fields in lower case. Default: nothing more. Example: `[content-type]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 16,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "Name of a header field in lower case. Example: `content-type`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 64,
                            "pattern": "^[a-z][a-z0-9-]*$"
                          }
                        },
                        "maxAge": {
                          "description": "How old a signature may be (`created`), between 1s and 1h, as a duration in ms, s, m or h. Default: `1m`. Example: `30s`.",
                          "type": "string",
                          "default": "1m",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "clockLeeway": {
                          "description": "How far a caller's clock may be ahead, at most 5m, as a duration in ms, s, m or h. Default: `10s`. Example: `5s`.",
                          "type": "string",
                          "default": "10s",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        }
                      }
                    }
                  }
                },
                "status": {
                  "description": "What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that what waits for the operator sees that it has not looked yet. Example: see `conditions`.",
                  "type": "object",
                  "default": {
                    "observedGeneration": -1
                  },
                  "properties": {
                    "observedGeneration": {
                      "description": "Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit. Example: `3`.",
                      "type": "integer",
                      "format": "int64",
                      "minimum": -1,
                      "maximum": 9007199254740991
                    },
                    "conditions": {
                      "description": "What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md. Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "type"
                      ],
                      "items": {
                        "description": "One observation. Example: `{type: Accepted, status: 'False', reason: RouteConflict, ...}`.",
                        "type": "object",
                        "required": [
                          "type",
                          "status",
                          "reason",
                          "message",
                          "lastTransitionTime",
                          "observedGeneration"
                        ],
                        "properties": {
                          "type": {
                            "description": "What is observed. Example: `Ready`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "status": {
                            "description": "Whether it holds; `Unknown` while nobody can say. Example: `\"True\"`.",
                            "type": "string",
                            "enum": [
                              "True",
                              "False",
                              "Unknown"
                            ]
                          },
                          "reason": {
                            "description": "Stable word for programs. Example: `TenantNotFound`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[A-Z][A-Za-z0-9]*$"
                          },
                          "message": {
                            "description": "One sentence for people: what is so, and what to do about it. Example: `Namespace \"acme\" belongs to no Tenant`.",
                            "type": "string",
                            "maxLength": 1024
                          },
                          "lastTransitionTime": {
                            "description": "When `status` last changed, RFC 3339 in UTC. Example: `2026-11-20T03:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          },
                          "observedGeneration": {
                            "description": "Generation of the spec that this observation is about. Example: `3`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 0,
                            "maximum": 9007199254740991
                          }
                        }
                      }
                    },
                    "acceptedAt": {
                      "description": "When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a credential that two objects want, and backups carry it. Default: absent until then. Example: `2026-11-20T03:00:00Z`.",
                      "type": "string",
                      "format": "date-time",
                      "maxLength": 32
                    }
                  }
                }
              }
            }
          }
        }
      ]
    }
  },
  {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
      "name": "apiservices.simpul.id"
    },
    "spec": {
      "group": "simpul.id",
      "scope": "Namespaced",
      "names": {
        "kind": "ApiService",
        "listKind": "ApiServiceList",
        "plural": "apiservices",
        "singular": "apiservice",
        "shortNames": [
          "apisvc"
        ],
        "categories": [
          "simpul"
        ]
      },
      "versions": [
        {
          "name": "v1alpha1",
          "served": true,
          "storage": true,
          "subresources": {
            "status": {}
          },
          "additionalPrinterColumns": [
            {
              "name": "Ready",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
              "description": "Whether everything holds that this object asks for."
            },
            {
              "name": "Reason",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].reason",
              "description": "Why it is, or is not, ready."
            },
            {
              "name": "Lifecycle",
              "type": "string",
              "jsonPath": ".spec.lifecycle",
              "description": "Draft, Published, Deprecated, Blocked or Retired."
            },
            {
              "name": "Version",
              "type": "string",
              "priority": 1,
              "jsonPath": ".spec.version",
              "description": "Version of the API."
            },
            {
              "name": "Base Path",
              "type": "string",
              "priority": 1,
              "jsonPath": ".spec.basePath",
              "description": "Path prefix under which it answers."
            },
            {
              "name": "Message",
              "type": "string",
              "priority": 1,
              "jsonPath": ".status.conditions[?(@.type=='Ready')].message",
              "description": "What to do about it."
            },
            {
              "name": "Age",
              "type": "date",
              "jsonPath": ".metadata.creationTimestamp",
              "description": "Time since it was created."
            }
          ],
          "schema": {
            "openAPIV3Schema": {
              "description": "An API of an institution: where it is served, what stands behind it, who may call it, and how much.",
              "type": "object",
              "required": [
                "spec"
              ],
              "properties": {
                "apiVersion": {
                  "description": "Version of this schema. Example: `simpul.id/v1alpha1`.",
                  "type": "string",
                  "maxLength": 63
                },
                "kind": {
                  "description": "Kind of the object. Example: `ApiService`.",
                  "type": "string",
                  "maxLength": 63
                },
                "metadata": {
                  "type": "object"
                },
                "spec": {
                  "description": "Where the API is served, what stands behind it, who may call it and how much.",
                  "type": "object",
                  "required": [
                    "displayName",
                    "version",
                    "gatewayRefs",
                    "basePath"
                  ],
                  "x-kubernetes-validations": [
                    {
                      "rule": "self.visibility == 'Tenants' ? (has(self.visibleTo) && size(self.visibleTo) > 0) : !has(self.visibleTo)",
                      "message": "give visibleTo when visibility is Tenants, and only then"
                    },
                    {
                      "rule": "!has(self.deprecation) || self.lifecycle == 'Deprecated' || self.lifecycle == 'Retired'",
                      "message": "deprecation belongs to lifecycle Deprecated or Retired: set lifecycle, or remove deprecation"
                    },
                    {
                      "rule": "(self.lifecycle == 'Blocked') == has(self.blockedReason)",
                      "message": "give blockedReason when lifecycle is Blocked, and only then: callers read it"
                    },
                    {
                      "rule": "self.authentication.mode != 'None' || !has(self.authentication.scopes) && (!has(self.operations) || self.operations.all(operation, !has(operation.scopes)))",
                      "message": "without authentication nobody has scopes: set authentication.mode to Required, or remove scopes"
                    },
                    {
                      "rule": "self.authentication.mode != 'None' || !has(self.plans)",
                      "message": "without authentication nobody is on a plan: set authentication.mode to Required or Optional, or move the limits from plans to spec.limits"
                    },
                    {
                      "rule": "size(self.backend.endpoints) > 0 || has(self.mock) && self.mock.when == 'Always'",
                      "message": "give backend.endpoints, or mock with when Always while there is no backend yet"
                    },
                    {
                      "rule": "!has(self.mock) || has(self.definition)",
                      "message": "mock answers come from a definition: give definition, or remove mock"
                    },
                    {
                      "rule": "!has(self.canary) || self.canary.version != self.version",
                      "message": "canary.version is spec.version: give the canary a version of its own, by which log and metrics tell them apart"
                    },
                    {
                      "rule": "!has(self.validation) || has(self.definition)",
                      "message": "validation compares calls with a definition: give definition, or remove validation"
                    }
                  ],
                  "properties": {
                    "displayName": {
                      "description": "Name of the API, as people write it. Example: `Daftar situs perangkat daerah`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 200
                    },
                    "description": {
                      "description": "What the API gives, for the catalogue. Default: none. Example: `Situs dan layanan perangkat daerah Provinsi Banten`.",
                      "type": "string",
                      "maxLength": 4096
                    },
                    "version": {
                      "description": "Version of the API itself. Example: `1.0.0`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 32,
                      "pattern": "^[0-9A-Za-z]([0-9A-Za-z.+-]*[0-9A-Za-z])?$"
                    },
                    "tags": {
                      "description": "Words under which the catalogue lists the API. Default: none. Example: `[situs, perangkat-daerah]`.",
                      "type": "array",
                      "maxItems": 32,
                      "x-kubernetes-list-type": "set",
                      "items": {
                        "description": "One word. Example: `situs`.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 63
                      }
                    },
                    "lifecycle": {
                      "description": "Draft: only Subscriptions of its own namespace may call. Published. Deprecated: served with Deprecation, Sunset and Link headers; new Subscriptions are refused. Blocked: answers 503 with `blockedReason`. Retired: answers 410. Default: `Draft`. Example: `Published`.",
                      "type": "string",
                      "default": "Draft",
                      "enum": [
                        "Draft",
                        "Published",
                        "Deprecated",
                        "Blocked",
                        "Retired"
                      ]
                    },
                    "blockedReason": {
                      "description": "Why the API is blocked, as callers read it in the 503. Default: none; needed when `lifecycle` is `Blocked`. Example: `Perbaikan basis data sampai 20 November`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 200
                    },
                    "deprecation": {
                      "description": "What callers of a Deprecated API are told (RFC 9745, RFC 8594). Default: since it was first seen Deprecated, no end, no successor. Example: `{sunset: '2027-06-30', successorRef: {name: situs-v2}}`.",
                      "type": "object",
                      "properties": {
                        "since": {
                          "description": "Day since which the API is deprecated, YYYY-MM-DD in UTC. Default: when the operator first saw it Deprecated. Example: `2026-12-01`.",
                          "type": "string",
                          "maxLength": 10,
                          "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
                        },
                        "sunset": {
                          "description": "Day on which the API will stop answering, YYYY-MM-DD in UTC. Default: none. Example: `2027-06-30`.",
                          "type": "string",
                          "maxLength": 10,
                          "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
                        },
                        "successorRef": {
                          "description": "The ApiService to use instead. Default: none. Example: `{name: situs-v2}`.",
                          "type": "object",
                          "required": [
                            "name"
                          ],
                          "properties": {
                            "name": {
                              "description": "Name of the ApiService. Example: `situs`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            },
                            "namespace": {
                              "description": "Namespace of the ApiService. Default: empty, which is this object's own namespace. Example: `banten`.",
                              "type": "string",
                              "default": "",
                              "maxLength": 63,
                              "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                            }
                          }
                        }
                      }
                    },
                    "visibility": {
                      "description": "Who may subscribe: Subscriptions of every Tenant, of the Tenants in `visibleTo`, or of its own namespace alone. Default: `Private`. Example: `Public`.",
                      "type": "string",
                      "default": "Private",
                      "enum": [
                        "Public",
                        "Tenants",
                        "Private"
                      ]
                    },
                    "visibleTo": {
                      "description": "Names of the Tenants that may subscribe when `visibility` is `Tenants`. Default: none. Example: `[tangerang]`.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 1024,
                      "x-kubernetes-list-type": "set",
                      "items": {
                        "description": "Name of a Tenant. Example: `tangerang`.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 253
                      }
                    },
                    "gatewayRefs": {
                      "description": "ApiGateways that serve the API. Example: `[{name: public, namespace: simpul-system}]`.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 8,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "namespace",
                        "name"
                      ],
                      "items": {
                        "description": "One ApiGateway. Example: `{name: public, namespace: simpul-system}`.",
                        "type": "object",
                        "required": [
                          "name"
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of the ApiGateway. Example: `public`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 253,
                            "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                          },
                          "namespace": {
                            "description": "Namespace of the ApiGateway. Default: empty, which is this object's own namespace. Example: `simpul-system`.",
                            "type": "string",
                            "default": "",
                            "maxLength": 63,
                            "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                          }
                        }
                      }
                    },
                    "hosts": {
                      "description": "Hosts on which the API answers; its Tenant must claim each of them. Default: every host that no Tenant claims for itself, and then the Tenant must claim `basePath`. Example: `[api.bantenprov.go.id]`.",
                      "type": "array",
                      "maxItems": 64,
                      "x-kubernetes-list-type": "set",
                      "items": {
                        "description": "A host name in lower case, without scheme, port or wildcard. Example: `api.bantenprov.go.id`.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 253,
                        "pattern": "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$"
                      }
                    },
                    "basePath": {
                      "description": "Path prefix, by whole segments, under which the API answers; it is removed before a call goes to the backend. Example: `/banten/situs/v1`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256,
                      "pattern": "^/$|^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$"
                    },
                    "backend": {
                      "description": "What stands behind the API. Default: nothing yet, and then `mock` answers. Example: `{endpoints: [{url: 'http://10.1.2.3:9000/situs'}], timeout: 10s}`.",
                      "type": "object",
                      "default": {},
                      "x-kubernetes-validations": [
                        {
                          "rule": "!has(self.tls) || self.endpoints.all(endpoint, endpoint.url.startsWith('https://'))",
                          "message": "tls is for https: begin the url of every endpoint with https://, or remove tls"
                        },
                        {
                          "rule": "!has(self.oauth2) || has(self.credentialRef)",
                          "message": "oauth2 needs a client id and secret: name the Secret that holds them in credentialRef"
                        },
                        {
                          "rule": "!has(self.hashOn) || self.loadBalancing == 'ConsistentHash'",
                          "message": "hashOn belongs to loadBalancing ConsistentHash: set loadBalancing, or remove hashOn"
                        }
                      ],
                      "properties": {
                        "endpoints": {
                          "description": "Addresses that serve the calls, each its share by weight. Default: none, which needs `mock`. Example: `[{url: 'https://a.dukcapil.internal/api', weight: 3}]`.",
                          "type": "array",
                          "default": [],
                          "maxItems": 32,
                          "x-kubernetes-list-type": "map",
                          "x-kubernetes-list-map-keys": [
                            "url"
                          ],
                          "items": {
                            "description": "One address. Example: `{url: 'http://10.1.2.3:9000/situs'}`.",
                            "type": "object",
                            "required": [
                              "url"
                            ],
                            "properties": {
                              "url": {
                                "description": "Scheme, host, port and the path that replaces the base path; no credentials, query or fragment. Example: `http://10.1.2.3:9000/situs`.",
                                "type": "string",
                                "minLength": 8,
                                "maxLength": 1024,
                                "pattern": "^https?://[^\\s/?#@\\\\]+(/[^\\s?#\\\\]*)?$"
                              },
                              "weight": {
                                "description": "Share of the calls, relative to the other endpoints. Default: `1`. Example: `3`.",
                                "type": "integer",
                                "format": "int32",
                                "default": 1,
                                "minimum": 1,
                                "maximum": 1000
                              }
                            }
                          }
                        },
                        "timeout": {
                          "description": "Time for a whole answer, from the first byte sent to the last received, as a duration in ms, s, m or h. Default: that of the Tenant or the gateway, else 30s. Example: `10s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "connectTimeout": {
                          "description": "Time to connect, TLS included, as a duration in ms, s, m or h. Default: that of the Tenant or the gateway, else 5s. Example: `2s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "headers": {
                          "description": "Changes to the header fields of requests on their way to the backend. Default: none. Example: `{set: {x-instansi: '36'}, remove: [x-debug]}`.",
                          "type": "object",
                          "properties": {
                            "set": {
                              "description": "Fields that every request carries with this value, whatever the caller sent. Values are no place for secrets. Default: none. Example: `{x-instansi: '36'}`.",
                              "type": "object",
                              "maxProperties": 16,
                              "x-kubernetes-validations": [
                                {
                                  "rule": "self.all(name, name.matches('^[a-z0-9-]{1,63}$'))",
                                  "message": "write header fields in lower case, of letters, digits and dashes, such as x-instansi"
                                },
                                {
                                  "rule": "self.all(name, !name.startsWith('x-forwarded-') && !name.startsWith('proxy-') && !(name in ['connection', 'content-length', 'expect', 'forwarded', 'host', 'keep-alive', 'te', 'traceparent', 'tracestate', 'trailer', 'transfer-encoding', 'upgrade', 'via', 'x-request-id', 'x-real-ip']))",
                                  "message": "the gateway states these header fields itself: name others"
                                }
                              ],
                              "additionalProperties": {
                                "description": "Value of the field: printable ASCII without blanks at its ends. Example: `36`.",
                                "type": "string",
                                "maxLength": 1024,
                                "pattern": "^([!-~]([ -~]*[!-~])?)?$"
                              }
                            },
                            "remove": {
                              "description": "Fields that no request carries. Default: none. Example: `[x-debug]`.",
                              "type": "array",
                              "maxItems": 16,
                              "x-kubernetes-list-type": "set",
                              "x-kubernetes-validations": [
                                {
                                  "rule": "self.all(name, name.matches('^[a-z0-9-]{1,63}$'))",
                                  "message": "write header fields in lower case, of letters, digits and dashes, such as x-instansi"
                                },
                                {
                                  "rule": "self.all(name, !name.startsWith('x-forwarded-') && !name.startsWith('proxy-') && !(name in ['connection', 'content-length', 'expect', 'forwarded', 'host', 'keep-alive', 'te', 'traceparent', 'tracestate', 'trailer', 'transfer-encoding', 'upgrade', 'via', 'x-request-id', 'x-real-ip']))",
                                  "message": "the gateway states these header fields itself: name others"
                                }
                              ],
                              "items": {
                                "description": "Name of a field. Example: `x-debug`.",
                                "type": "string",
                                "maxLength": 63
                              }
                            }
                          }
                        },
                        "rewrite": {
                          "description": "What the backend is asked for instead of what the caller asked for. Default: the path without `basePath`, joined to the endpoint's; the query as it came. Example: `{path: {replacePrefixMatch: /v2}}`.",
                          "type": "object",
                          "properties": {
                            "path": {
                              "description": "What becomes of the path. Default: it loses `basePath`. Example: `{replacePrefixMatch: /v2}`.",
                              "type": "object",
                              "required": [
                                "replacePrefixMatch"
                              ],
                              "properties": {
                                "replacePrefixMatch": {
                                  "description": "Takes the place of `basePath`, behind the endpoint's own path. Example: `/v2`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 256,
                                  "pattern": "^/$|^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$"
                                }
                              }
                            },
                            "query": {
                              "description": "Changes to the query. Default: it goes on as it came. Example: `{set: {format: json}, remove: [debug]}`.",
                              "type": "object",
                              "properties": {
                                "set": {
                                  "description": "Parameters that every call carries with this value, whatever the caller sent. Default: none. Example: `{format: json}`.",
                                  "type": "object",
                                  "maxProperties": 16,
                                  "additionalProperties": {
                                    "description": "Value, as it is before it is escaped. Example: `json`.",
                                    "type": "string",
                                    "maxLength": 1024
                                  }
                                },
                                "remove": {
                                  "description": "Parameters that no call carries. Default: none. Example: `[debug]`.",
                                  "type": "array",
                                  "maxItems": 16,
                                  "x-kubernetes-list-type": "set",
                                  "items": {
                                    "description": "Name of a parameter. Example: `debug`.",
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 128
                                  }
                                }
                              }
                            }
                          }
                        },
                        "responseHeaders": {
                          "description": "Changes to the header fields of the backend's answers. Default: they go on as they are. Example: `{set: {cache-control: no-store}, remove: [server]}`.",
                          "type": "object",
                          "properties": {
                            "set": {
                              "description": "Fields that every answer carries with this value, in lower case. Default: none. Example: `{cache-control: no-store}`.",
                              "type": "object",
                              "maxProperties": 16,
                              "additionalProperties": {
                                "description": "Value of the field: printable ASCII without blanks at its ends. Example: `no-store`.",
                                "type": "string",
                                "maxLength": 1024,
                                "pattern": "^([!-~]([ -~]*[!-~])?)?$"
                              }
                            },
                            "remove": {
                              "description": "Fields that no answer carries, in lower case. Default: none. Example: `[server]`.",
                              "type": "array",
                              "maxItems": 16,
                              "x-kubernetes-list-type": "set",
                              "items": {
                                "description": "Name of a field. Example: `server`.",
                                "type": "string",
                                "minLength": 1,
                                "maxLength": 63
                              }
                            }
                          }
                        },
                        "tls": {
                          "description": "How a backend with an https address is verified, and how the gateway shows itself. Default: the public authorities vouch for the host of its URL. Example: `{caRef: {name: dukcapil-ca}, clientCertificateRef: {name: dukcapil-client}, serverName: dukcapil.internal}`.",
                          "type": "object",
                          "properties": {
                            "caRef": {
                              "description": "PEM certificates in this namespace of the authorities that alone vouch for the backend. Default: the public ones. Example: `{name: dukcapil-ca, key: ca.crt}`.",
                              "type": "object",
                              "required": [
                                "name"
                              ],
                              "properties": {
                                "kind": {
                                  "description": "ConfigMap, or Secret of the types `kubernetes.io/tls`, `simpul.id/backend-credential` or `kubernetes.io/basic-auth`. Default: `ConfigMap`. Example: `Secret`.",
                                  "type": "string",
                                  "default": "ConfigMap",
                                  "enum": [
                                    "ConfigMap",
                                    "Secret"
                                  ]
                                },
                                "name": {
                                  "description": "Name of the ConfigMap or Secret. Example: `dukcapil-ca`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 253,
                                  "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                },
                                "key": {
                                  "description": "Key within its data. Default: `ca.crt`. Example: `ca.crt`.",
                                  "type": "string",
                                  "default": "ca.crt",
                                  "minLength": 1,
                                  "maxLength": 253,
                                  "pattern": "^[-._a-zA-Z0-9]+$"
                                }
                              }
                            },
                            "clientCertificateRef": {
                              "description": "Secret of type `kubernetes.io/tls` in this namespace with the certificate and key that the gateway shows (mutual TLS). Default: none. Example: `{name: dukcapil-client}`.",
                              "type": "object",
                              "required": [
                                "name"
                              ],
                              "properties": {
                                "name": {
                                  "description": "Name of the Secret. Example: `dukcapil-client`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 253,
                                  "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                }
                              }
                            },
                            "serverName": {
                              "description": "Name that is asked for (SNI) and that the certificate must be for. Default: the host of the endpoint's URL. Example: `dukcapil.internal`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$"
                            },
                            "minVersion": {
                              "description": "Oldest version of TLS that is spoken. Default: `TLSv1.2`. Example: `TLSv1.3`.",
                              "type": "string",
                              "default": "TLSv1.2",
                              "enum": [
                                "TLSv1.2",
                                "TLSv1.3"
                              ]
                            }
                          }
                        },
                        "credentialRef": {
                          "description": "Secret of this namespace that says by what the backend knows the gateway, of type `kubernetes.io/basic-auth` (`username`, `password`) or `simpul.id/backend-credential` (`username` and `password`, or `token` for a bearer token, or `header.<name>` for each header field). The caller's own Authorization then never goes to the backend. Default: none. Example: `{name: dukcapil-basic}`.",
                          "type": "object",
                          "required": [
                            "name"
                          ],
                          "properties": {
                            "name": {
                              "description": "Name of the Secret. Example: `dukcapil-basic`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 253,
                              "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                            }
                          }
                        },
                        "oauth2": {
                          "description": "Where the gateway gets a token for its calls of the backend, by client credentials (RFC 6749, 4.4): `credentialRef` then has the client id as `username` and its secret as `password`. Default: none. Example: `{tokenUrl: 'https://sso.dukcapil.internal/token', scopes: [penduduk]}`.",
                          "type": "object",
                          "required": [
                            "tokenUrl"
                          ],
                          "properties": {
                            "tokenUrl": {
                              "description": "The token endpoint, without credentials, query and fragment. Example: `https://sso.dukcapil.internal/token`.",
                              "type": "string",
                              "minLength": 8,
                              "maxLength": 1024,
                              "pattern": "^https?://[^\\s/?#@\\\\]+(/[^\\s?#\\\\]*)?$"
                            },
                            "scopes": {
                              "description": "Scopes that are asked for. Default: none, and the server decides. Example: `[penduduk]`.",
                              "type": "array",
                              "maxItems": 16,
                              "x-kubernetes-list-type": "set",
                              "items": {
                                "description": "One scope. Example: `penduduk`.",
                                "type": "string",
                                "minLength": 1,
                                "maxLength": 128,
                                "pattern": "^[!#-\\[\\]-~]+$"
                              }
                            },
                            "audience": {
                              "description": "Parameter `audience` of the request, which some servers need. Default: none. Example: `https://api.dukcapil.internal`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 512,
                              "pattern": "^[!-~]+$"
                            },
                            "clientAuthentication": {
                              "description": "How the server knows the client: `Basic`, or `Form` for servers that take id and secret only in the body. Default: `Basic`. Example: `Form`.",
                              "type": "string",
                              "default": "Basic",
                              "enum": [
                                "Basic",
                                "Form"
                              ]
                            }
                          }
                        },
                        "protocol": {
                          "description": "What the endpoints speak. `HTTP1`: HTTP/1.1. `HTTP2`: HTTP/2, which gRPC needs; https endpoints have to choose it by ALPN, http endpoints have to take it without being asked (h2c). Default: `HTTP1`. Example: `HTTP2`.",
                          "default": "HTTP1",
                          "type": "string",
                          "enum": [
                            "HTTP1",
                            "HTTP2"
                          ]
                        },
                        "loadBalancing": {
                          "description": "Which endpoint gets which call. `RoundRobin`: each in turn by weight. `LeastRequest`: of two drawn by weight the one with fewer calls under way. `ConsistentHash`: always the same for the same `hashOn`. Default: `RoundRobin`. Example: `LeastRequest`.",
                          "default": "RoundRobin",
                          "type": "string",
                          "enum": [
                            "RoundRobin",
                            "LeastRequest",
                            "ConsistentHash"
                          ]
                        },
                        "hashOn": {
                          "description": "What calls have in common that go to the same endpoint. Default: `{by: ClientIP}`, where `loadBalancing` is ConsistentHash. Example: `{by: Header, header: x-session}`.",
                          "type": "object",
                          "required": [
                            "by"
                          ],
                          "x-kubernetes-validations": [
                            {
                              "rule": "(self.by == 'Header') == has(self.header)",
                              "message": "give header when by is Header, and only then"
                            }
                          ],
                          "properties": {
                            "by": {
                              "description": "`ClientIP`, `Subscription` or `Header`. A call without Subscription or without the header counts by its client's address. Example: `Subscription`.",
                              "type": "string",
                              "enum": [
                                "ClientIP",
                                "Subscription",
                                "Header"
                              ]
                            },
                            "header": {
                              "description": "Name of the header field, in lower case. Default: none. Example: `x-session`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 63,
                              "pattern": "^[a-z0-9-]+$"
                            }
                          }
                        },
                        "circuitBreaker": {
                          "description": "When an endpoint is left alone, each by itself. What counts as a failure: no connection, no answer in time, a broken connection, no valid HTTP, and the statuses 502, 503 and 504. Default: endpoints are called whatever became of the calls before. Example: `{consecutiveFailures: 5, openFor: 30s, maxRequests: 200}`.",
                          "type": "object",
                          "properties": {
                            "consecutiveFailures": {
                              "description": "Failures in a row after which no call is sent for `openFor`. Default: `5`. Example: `10`.",
                              "default": 5,
                              "type": "integer",
                              "format": "int32",
                              "minimum": 1,
                              "maximum": 1000
                            },
                            "openFor": {
                              "description": "Time without calls, after which a single one decides whether others follow, as a duration in ms, s, m or h. Default: `30s`. Example: `1m`.",
                              "default": "30s",
                              "type": "string",
                              "minLength": 2,
                              "maxLength": 16,
                              "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                            },
                            "maxRequests": {
                              "description": "Calls that one gateway pod has under way at once at one endpoint; more go to other endpoints, or are refused. Default: any number. Example: `200`.",
                              "type": "integer",
                              "format": "int32",
                              "minimum": 1,
                              "maximum": 100000
                            }
                          }
                        },
                        "healthCheck": {
                          "description": "How each endpoint is asked whether it is well. One that is not gets no calls while another is; when none is, all get calls. Default: endpoints are not asked. Example: `{path: /healthz, interval: 5s}`.",
                          "type": "object",
                          "properties": {
                            "path": {
                              "description": "Path that is asked for with GET, from the root of scheme, host and port. Default: `/`. Example: `/healthz`.",
                              "default": "/",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 1024,
                              "pattern": "^/[!-~]*$"
                            },
                            "interval": {
                              "description": "Time between two questions of one gateway pod, a tenth more or less by chance, as a duration in ms, s, m or h; at least 1s. Default: `10s`. Example: `5s`.",
                              "default": "10s",
                              "type": "string",
                              "minLength": 2,
                              "maxLength": 16,
                              "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                            },
                            "timeout": {
                              "description": "Time for connection and answer, as a duration in ms, s, m or h. Default: `2s`. Example: `500ms`.",
                              "default": "2s",
                              "type": "string",
                              "minLength": 2,
                              "maxLength": 16,
                              "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                            },
                            "unhealthyAfter": {
                              "description": "Bad answers in a row after which an endpoint is not well. Default: `3`. Example: `2`.",
                              "default": 3,
                              "type": "integer",
                              "format": "int32",
                              "minimum": 1,
                              "maximum": 100
                            },
                            "healthyAfter": {
                              "description": "Good answers in a row after which it is well again. Default: `2`. Example: `1`.",
                              "default": 2,
                              "type": "integer",
                              "format": "int32",
                              "minimum": 1,
                              "maximum": 100
                            },
                            "expectedStatuses": {
                              "description": "Statuses of good answers. Default: 200 to 299. Example: `[200, 401]`.",
                              "type": "array",
                              "minItems": 1,
                              "maxItems": 16,
                              "x-kubernetes-list-type": "set",
                              "items": {
                                "description": "A status. Example: `204`.",
                                "type": "integer",
                                "format": "int32",
                                "minimum": 200,
                                "maximum": 599
                              }
                            }
                          }
                        },
                        "retries": {
                          "description": "When a call is tried again, at another endpoint if there is one: only GET, HEAD, OPTIONS, PUT and DELETE, only while nothing of an answer has gone out, within the time of the call, and never more than a fifth of the calls of the last ten seconds (three a second are always allowed). Default: never, but for a kept connection that turns out to be closed. Example: `{attempts: 2, retryOn: [ConnectFailure, '503'], backoff: 50ms}`.",
                          "type": "object",
                          "required": [
                            "retryOn"
                          ],
                          "x-kubernetes-validations": [
                            {
                              "rule": "has(self.perTryTimeout) == ('Timeout' in self.retryOn)",
                              "message": "give perTryTimeout when retryOn has Timeout, and only then"
                            }
                          ],
                          "properties": {
                            "attempts": {
                              "description": "Most attempts after the first. Default: `1`. Example: `2`.",
                              "default": 1,
                              "type": "integer",
                              "format": "int32",
                              "minimum": 1,
                              "maximum": 5
                            },
                            "retryOn": {
                              "description": "Reasons: `ConnectFailure`, `ResetBeforeAnswer` (the connection ends before a byte of the answer), `Timeout` (no answer within `perTryTimeout`), or a status from 500 to 599, or 429, as text. Example: `[ConnectFailure, '503']`.",
                              "type": "array",
                              "minItems": 1,
                              "maxItems": 16,
                              "x-kubernetes-list-type": "set",
                              "items": {
                                "description": "A reason. Example: `ConnectFailure`.",
                                "type": "string",
                                "maxLength": 32,
                                "pattern": "^(ConnectFailure|ResetBeforeAnswer|Timeout|429|5[0-9]{2})$"
                              }
                            },
                            "backoff": {
                              "description": "Bound of the pause before the second attempt, drawn by chance and doubled with each further one up to 5 s, as a duration in ms, s, m or h. Default: `25ms`. Example: `50ms`.",
                              "default": "25ms",
                              "type": "string",
                              "minLength": 2,
                              "maxLength": 16,
                              "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                            },
                            "perTryTimeout": {
                              "description": "Time for one attempt up to the head of its answer, as a duration in ms, s, m or h. Default: none. Example: `2s`.",
                              "type": "string",
                              "minLength": 2,
                              "maxLength": 16,
                              "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                            }
                          }
                        },
                        "maxConnections": {
                          "description": "Connections that one gateway pod opens to one scheme, host and port; calls beyond it wait within their time. Default: 1024. Example: `64`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 1,
                          "maximum": 65535
                        },
                        "maxPendingRequests": {
                          "description": "Calls that wait for a connection in one gateway pod when no more may be opened; more are refused. Default: 1024. Example: `100`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 0,
                          "maximum": 100000
                        }
                      }
                    },
                    "access": {
                      "description": "From which addresses calls are taken, judged by the client's address as `trustedProxies` of the ApiGateway let it be known. Default: from everywhere. Example: `{allowFrom: [10.0.0.0/8]}`.",
                      "type": "object",
                      "properties": {
                        "allowFrom": {
                          "description": "Only these addresses may call. Default: all that `denyFrom` does not name. Example: `[10.0.0.0/8]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "An address block in CIDR notation, IPv4 or IPv6. Example: `10.20.0.0/16`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 49,
                            "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
                          }
                        },
                        "denyFrom": {
                          "description": "These addresses may not call; wins over `allowFrom`. Default: none. Example: `[10.9.9.0/24]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "An address block in CIDR notation, IPv4 or IPv6. Example: `10.20.0.0/16`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 49,
                            "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
                          }
                        }
                      }
                    },
                    "cors": {
                      "description": "What scripts of other sites may do in browsers (Fetch standard). The gateway answers preflights itself, without a key and without counting them, and replaces what the backend says about it. Default: none, and what the backend says goes on. Example: `{origins: ['https://portal.bantenprov.go.id'], methods: [GET], maxAge: 10m}`.",
                      "type": "object",
                      "required": [
                        "origins"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "!self.credentials || !('*' in self.origins)",
                          "message": "with credentials every origin must be named: any site could act as its visitor; replace * or remove credentials"
                        }
                      ],
                      "properties": {
                        "origins": {
                          "description": "Sites whose scripts may call: scheme, host and port; `https://*.` stands for any host below, `*` alone for every site. Example: `['https://portal.bantenprov.go.id', 'https://*.bantenprov.go.id']`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 32,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One origin, without a path. Example: `https://portal.bantenprov.go.id`.",
                            "type": "string",
                            "maxLength": 270,
                            "pattern": "^([*]|https?://([*][.])?[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?)$"
                          }
                        },
                        "methods": {
                          "description": "Methods that scripts may use. Default: `[GET, HEAD, POST]`. Example: `[GET]`.",
                          "type": "array",
                          "default": [
                            "GET",
                            "HEAD",
                            "POST"
                          ],
                          "minItems": 1,
                          "maxItems": 7,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One method. Example: `GET`.",
                            "type": "string",
                            "enum": [
                              "GET",
                              "HEAD",
                              "POST",
                              "PUT",
                              "PATCH",
                              "DELETE",
                              "OPTIONS"
                            ]
                          }
                        },
                        "headers": {
                          "description": "Header fields that scripts may send beside those that need no permission, in lower case. Default: `[authorization, content-type, x-api-key]`. Example: `[x-api-key]`.",
                          "type": "array",
                          "default": [
                            "authorization",
                            "content-type",
                            "x-api-key"
                          ],
                          "maxItems": 32,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "Name of a field. Example: `x-api-key`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[a-z0-9-]+$"
                          }
                        },
                        "exposeHeaders": {
                          "description": "Header fields of answers that scripts may read, in lower case, beside those of the gateway (RateLimit, Retry-After, X-Request-Id and others), which they always may. Default: none. Example: `[x-total-count]`.",
                          "type": "array",
                          "maxItems": 32,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "Name of a field. Example: `x-total-count`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[a-z0-9-]+$"
                          }
                        },
                        "credentials": {
                          "description": "Whether browsers send cookies and the like along. Default: `false`. Example: `true`.",
                          "type": "boolean",
                          "default": false
                        },
                        "maxAge": {
                          "description": "How long browsers may keep the answer to a preflight, as a duration in ms, s, m or h. Default: `10m`. Example: `1h`.",
                          "type": "string",
                          "default": "10m",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        }
                      }
                    },
                    "maintenance": {
                      "description": "While this is here, calls get 503 with this message. Default: none, and the API is served. Example: `{message: Pindah server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.",
                      "type": "object",
                      "required": [
                        "message"
                      ],
                      "properties": {
                        "message": {
                          "description": "What callers read. Example: `Pindah server sampai pukul 22.00`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 200
                        },
                        "retryAfter": {
                          "description": "When callers should try again, as a duration in ms, s, m or h. Default: they are not told. Example: `30m`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "allowFrom": {
                          "description": "Addresses of callers that are served all the same. Default: none. Example: `[10.1.2.0/24]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "An address block in CIDR notation, IPv4 or IPv6. Example: `10.20.0.0/16`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 49,
                            "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
                          }
                        }
                      }
                    },
                    "mock": {
                      "description": "Answers from the examples of `definition`, else from its schemas; a caller chooses by `Prefer: code=404` and `Prefer: example=NAME` (RFC 7240). Default: none. Example: `{when: Always}`.",
                      "type": "object",
                      "properties": {
                        "when": {
                          "description": "`Always`, as while there is no backend yet, or `Preferred`: only calls that choose an answer by `Prefer`. Default: `Always`. Example: `Preferred`.",
                          "type": "string",
                          "default": "Always",
                          "enum": [
                            "Always",
                            "Preferred"
                          ]
                        }
                      }
                    },
                    "canary": {
                      "description": "Another version that a share of the callers gets. Access log and metrics tell the two apart, and answers say which it was in `Simpul-Version`. Default: none, and all calls go to `backend`. Example: `{version: 2.1.0-rc.1, share: 5%, endpoints: [{url: 'http://10.1.2.4:9000/situs'}]}`.",
                      "type": "object",
                      "required": [
                        "version",
                        "endpoints"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "(self.stickyBy == 'Header') == has(self.header)",
                          "message": "give header when stickyBy is Header, and only then"
                        }
                      ],
                      "properties": {
                        "version": {
                          "description": "Version that stands behind these endpoints, other than `spec.version`. Example: `2.1.0-rc.1`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 32,
                          "pattern": "^[0-9A-Za-z]([0-9A-Za-z.+-]*[0-9A-Za-z])?$"
                        },
                        "share": {
                          "description": "Share of the callers that get it, as a percentage. A larger share keeps those of a smaller one; with `0%` only calls of `always` get it. Default: `0%`. Example: `5%`.",
                          "type": "string",
                          "default": "0%",
                          "maxLength": 8,
                          "pattern": "^(100|[0-9]{1,2}([.][0-9]{1,4})?)%$"
                        },
                        "stickyBy": {
                          "description": "What calls have in common that get the same version: `Subscription`, `ClientIP` or `Header`. A call without Subscription or without the header counts by its client's address. Default: `Subscription`. Example: `ClientIP`.",
                          "type": "string",
                          "default": "Subscription",
                          "enum": [
                            "Subscription",
                            "ClientIP",
                            "Header"
                          ]
                        },
                        "header": {
                          "description": "Name of the header field that `stickyBy: Header` goes by, in lower case. Default: none. Example: `x-session`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 63,
                          "pattern": "^[a-z0-9-]+$"
                        },
                        "always": {
                          "description": "Calls with this header field get it whatever the share, for those who try it out. Default: none. Example: `{header: x-uji, value: '1'}`.",
                          "type": "object",
                          "required": [
                            "header",
                            "value"
                          ],
                          "properties": {
                            "header": {
                              "description": "Name of the field, in lower case. Example: `x-uji`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 63,
                              "pattern": "^[a-z0-9-]+$"
                            },
                            "value": {
                              "description": "Its whole value. Example: `1`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 256,
                              "pattern": "^[!-~]([ -~]*[!-~])?$"
                            }
                          }
                        },
                        "endpoints": {
                          "description": "Addresses that serve it, in the place of those of `backend`; timeouts, TLS, credential and all else of `backend` hold for them too. Example: `[{url: 'http://10.1.2.4:9000/situs'}]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 32,
                          "x-kubernetes-list-type": "map",
                          "x-kubernetes-list-map-keys": [
                            "url"
                          ],
                          "items": {
                            "description": "One address. Example: `{url: 'http://10.1.2.4:9000/situs'}`.",
                            "type": "object",
                            "required": [
                              "url"
                            ],
                            "properties": {
                              "url": {
                                "description": "Scheme, host, port and the path that replaces the base path; no credentials, query or fragment. Example: `http://10.1.2.4:9000/situs`.",
                                "type": "string",
                                "minLength": 8,
                                "maxLength": 1024,
                                "pattern": "^https?://[^\\s/?#@\\\\]+(/[^\\s?#\\\\]*)?$"
                              },
                              "weight": {
                                "description": "Share of the calls, relative to the other endpoints. Default: `1`. Example: `3`.",
                                "type": "integer",
                                "format": "int32",
                                "default": 1,
                                "minimum": 1,
                                "maximum": 1000
                              }
                            }
                          }
                        }
                      }
                    },
                    "mirror": {
                      "description": "Sends copies of calls to another backend, and drops its answers. The callers wait for nothing of it. Default: none. Example: `{url: 'http://10.1.2.9:9000/situs', share: 10%}`.",
                      "type": "object",
                      "required": [
                        "url"
                      ],
                      "properties": {
                        "url": {
                          "description": "Scheme, host, port and the path that replaces the base path; no credentials, query or fragment. It gets the fields that callers send and that `backend.headers` sets, but not `backend.credentialRef`. Example: `http://10.1.2.9:9000/situs`.",
                          "type": "string",
                          "minLength": 8,
                          "maxLength": 1024,
                          "pattern": "^https?://[^\\s/?#@\\\\]+(/[^\\s?#\\\\]*)?$"
                        },
                        "share": {
                          "description": "Share of the calls that are copied, as a percentage. Default: `100%`. Example: `10%`.",
                          "type": "string",
                          "default": "100%",
                          "maxLength": 8,
                          "pattern": "^(100|[0-9]{1,2}([.][0-9]{1,4})?)%$"
                        },
                        "methods": {
                          "description": "Methods whose calls are copied. Others may have an effect, which the copy would have too. Default: `[GET, HEAD]`. Example: `[GET, POST]`.",
                          "type": "array",
                          "default": [
                            "GET",
                            "HEAD"
                          ],
                          "minItems": 1,
                          "maxItems": 7,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One method. Example: `GET`.",
                            "type": "string",
                            "enum": [
                              "GET",
                              "HEAD",
                              "POST",
                              "PUT",
                              "PATCH",
                              "DELETE",
                              "OPTIONS"
                            ]
                          }
                        },
                        "maxRequestBytes": {
                          "description": "Calls with a larger body are not copied, in bytes with an optional suffix Ki, Mi or Gi, at most 1Mi. Default: `64Ki`. Example: `256Ki`.",
                          "type": "string",
                          "default": "64Ki",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "timeout": {
                          "description": "Time for the whole answer to a copy, as a duration in ms, s, m or h, at most 60s. Default: `5s`. Example: `2s`.",
                          "type": "string",
                          "default": "5s",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "maxCalls": {
                          "description": "Copies that one gateway pod has under way at once; more calls are not copied. Default: `64`. Example: `16`.",
                          "type": "integer",
                          "format": "int32",
                          "default": 64,
                          "minimum": 1,
                          "maximum": 1024
                        }
                      }
                    },
                    "faultInjection": {
                      "description": "A drill: some calls are held up or refused on purpose, until it is over. Default: none. Example: `{until: '2026-12-01T03:00:00Z', share: 10%, delay: 2s, status: 503}`.",
                      "type": "object",
                      "required": [
                        "until"
                      ],
                      "x-kubernetes-validations": [
                        {
                          "rule": "has(self.delay) || has(self.status)",
                          "message": "say what happens to the calls: give delay, status, or both"
                        }
                      ],
                      "properties": {
                        "until": {
                          "description": "When it ends by itself, RFC 3339; at most 7 days ahead. Example: `2026-12-01T03:00:00Z`.",
                          "type": "string",
                          "format": "date-time",
                          "maxLength": 32
                        },
                        "share": {
                          "description": "Share of the calls that it is about, as a percentage. Default: `100%`. Example: `10%`.",
                          "type": "string",
                          "default": "100%",
                          "maxLength": 8,
                          "pattern": "^(100|[0-9]{1,2}([.][0-9]{1,4})?)%$"
                        },
                        "delay": {
                          "description": "How long calls are held up, as a duration in ms, s, m or h, at most 30s. Default: not at all. Example: `2s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "status": {
                          "description": "Status of the refusal, `GW_FAULT_INJECTED`; with `delay` after that. Default: calls go on. Example: `503`.",
                          "type": "integer",
                          "format": "int32",
                          "minimum": 400,
                          "maximum": 599
                        },
                        "subscriptionRefs": {
                          "description": "Only calls of these Subscriptions. Default: of everybody. Example: `[{name: perizinan, namespace: tangerang}]`.",
                          "type": "array",
                          "minItems": 1,
                          "maxItems": 64,
                          "x-kubernetes-list-type": "map",
                          "x-kubernetes-list-map-keys": [
                            "namespace",
                            "name"
                          ],
                          "items": {
                            "description": "One Subscription. Example: `{name: perizinan, namespace: tangerang}`.",
                            "type": "object",
                            "required": [
                              "name"
                            ],
                            "properties": {
                              "name": {
                                "description": "Name of the Subscription. Example: `perizinan`.",
                                "type": "string",
                                "minLength": 1,
                                "maxLength": 253,
                                "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                              },
                              "namespace": {
                                "description": "Namespace of the Subscription. Default: empty, which is this object's own namespace. Example: `tangerang`.",
                                "type": "string",
                                "default": "",
                                "maxLength": 63,
                                "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                              }
                            }
                          }
                        },
                        "header": {
                          "description": "Only calls with this header field. Default: all. Example: `{name: x-latihan, value: '1'}`.",
                          "type": "object",
                          "required": [
                            "name",
                            "value"
                          ],
                          "properties": {
                            "name": {
                              "description": "Name of the field, in lower case. Example: `x-latihan`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 63,
                              "pattern": "^[a-z0-9-]+$"
                            },
                            "value": {
                              "description": "Its whole value. Example: `1`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 256,
                              "pattern": "^[!-~]([ -~]*[!-~])?$"
                            }
                          }
                        }
                      }
                    },
                    "compression": {
                      "description": "Compresses answers for callers that accept it (RFC 9110, 12.5.3). Answers that the backend has compressed, parts (206), `no-transform` and event streams go as they are. Default: none, and answers go as they come. Example: `{encodings: [br, gzip]}`.",
                      "type": "object",
                      "properties": {
                        "encodings": {
                          "description": "Content codings, the preferred one first. Default: `[br, gzip]`. Example: `[gzip]`.",
                          "type": "array",
                          "default": [
                            "br",
                            "gzip"
                          ],
                          "minItems": 1,
                          "maxItems": 3,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One coding. Example: `gzip`.",
                            "type": "string",
                            "enum": [
                              "br",
                              "gzip",
                              "zstd"
                            ]
                          }
                        },
                        "minBytes": {
                          "description": "Bodies shorter than this go as they are, in bytes with an optional suffix Ki, Mi or Gi; one whose length is not known is compressed. Default: `1Ki`. Example: `512`.",
                          "type": "string",
                          "default": "1Ki",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "types": {
                          "description": "Media types that are compressed: a type, all below one (`text/*`), or all with a suffix (`*+json`). Default: texts, JSON, XML and what is made of them. Example: `[application/json]`.",
                          "type": "array",
                          "default": [
                            "application/javascript",
                            "application/json",
                            "application/xml",
                            "image/svg+xml",
                            "text/*",
                            "*+json",
                            "*+xml"
                          ],
                          "minItems": 1,
                          "maxItems": 32,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One type, in lower case. Example: `text/*`.",
                            "type": "string",
                            "maxLength": 127,
                            "pattern": "^([a-z0-9.+-]+/([a-z0-9.+-]+|[*])|[*][+][a-z0-9.+-]+)$"
                          }
                        }
                      }
                    },
                    "formats": {
                      "description": "Formats in which JSON answers are given, as `?format=` or Accept asks; the first to those who ask for none. Default: answers go as they come. Example: `[json, xml, csv, php, phpserialize]`.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 5,
                      "x-kubernetes-list-type": "set",
                      "items": {
                        "description": "`json`, `xml`, `csv` (with a line of names), `php` (an expression, as var_export writes it) or `phpserialize` (the text of serialize). Example: `xml`.",
                        "type": "string",
                        "enum": [
                          "json",
                          "xml",
                          "csv",
                          "php",
                          "phpserialize"
                        ]
                      }
                    },
                    "cache": {
                      "description": "Keeps answers to GET in the memory of each gateway pod and gives them to the next who asks, as HTTP caches do (RFC 9111): what the backend says in Cache-Control, Expires, Vary and ETag holds. Default: none, and every call reaches the backend. Example: `{ttl: 60s, keyHeaders: [accept], maxBytes: 1Mi}`.",
                      "type": "object",
                      "required": [
                        "ttl"
                      ],
                      "properties": {
                        "ttl": {
                          "description": "How long an answer with status 2xx or 3xx is fresh when the backend does not say, as a duration in ms, s, m or h; `0s`: only what the backend says is kept. Example: `60s`.",
                          "type": "string",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "keyHeaders": {
                          "description": "Request header fields by which answers are told apart, in lower case, beside those that the backend names in Vary. Default: none. Example: `[accept]`.",
                          "type": "array",
                          "maxItems": 8,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "Name of a field. Example: `accept`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[a-z0-9-]+$"
                          }
                        },
                        "maxBytes": {
                          "description": "Largest body that is kept, in bytes with an optional suffix Ki, Mi or Gi; at most 16Mi. Default: `1Mi`. Example: `256Ki`.",
                          "type": "string",
                          "default": "1Mi",
                          "minLength": 1,
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "shared": {
                          "description": "Whether one answer serves all callers. Only for data that is the same for everybody: without it each Subscription, and each user that Authorization or Cookie names, has answers of its own. Default: `false`. Example: `true`.",
                          "type": "boolean",
                          "default": false
                        },
                        "staleWhileRevalidate": {
                          "description": "How long after its freshness an answer is still given while a newer one is fetched, as a duration in ms, s, m or h, when the backend does not say. Default: `0s`. Example: `30s`.",
                          "type": "string",
                          "default": "0s",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        },
                        "staleIfError": {
                          "description": "How long after its freshness an answer is still given while the backend fails, as a duration in ms, s, m or h, when the backend does not say. Default: `0s`. Example: `10m`.",
                          "type": "string",
                          "default": "0s",
                          "minLength": 2,
                          "maxLength": 16,
                          "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                        }
                      }
                    },
                    "authentication": {
                      "description": "How callers are known. Default: `{mode: Required}`, with API keys of Subscriptions. Example: `{mode: Optional}`.",
                      "type": "object",
                      "default": {},
                      "properties": {
                        "mode": {
                          "description": "`Required`: no call without a credential. `Optional`: without one as anonymous, but a wrong one is refused. `None`: nobody is asked. Default: `Required`. Example: `None`.",
                          "type": "string",
                          "default": "Required",
                          "enum": [
                            "Required",
                            "Optional",
                            "None"
                          ]
                        },
                        "keyManagerRefs": {
                          "description": "KeyManagers that vouch for callers. Default: none, which means API keys of Subscriptions in the header X-API-Key. Example: `[{name: kunci, namespace: simpul-system}]`.",
                          "type": "array",
                          "maxItems": 8,
                          "x-kubernetes-list-type": "map",
                          "x-kubernetes-list-map-keys": [
                            "namespace",
                            "name"
                          ],
                          "items": {
                            "description": "One KeyManager. Example: `{name: kunci, namespace: simpul-system}`.",
                            "type": "object",
                            "required": [
                              "name"
                            ],
                            "properties": {
                              "name": {
                                "description": "Name of the KeyManager. Example: `sso`.",
                                "type": "string",
                                "minLength": 1,
                                "maxLength": 253,
                                "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                              },
                              "namespace": {
                                "description": "Namespace of the KeyManager. Default: empty, which is this object's own namespace. Example: `simpul-system`.",
                                "type": "string",
                                "default": "",
                                "maxLength": 63,
                                "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                              }
                            }
                          }
                        },
                        "scopes": {
                          "description": "Scopes that every call needs, all of them, as its token carries them; callers with an API key have those of their plan. Default: none. Example: `[penduduk.baca]`.",
                          "type": "array",
                          "maxItems": 16,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "One scope, as the token carries it. Example: `penduduk.baca`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128,
                            "pattern": "^[!#-\\[\\]-~]+$"
                          }
                        }
                      }
                    },
                    "definition": {
                      "description": "What calls and answers look like. Default: none. Example: `{openApi: {configMapRef: {name: penduduk-openapi, key: openapi.yaml}}}`.",
                      "type": "object",
                      "required": [
                        "openApi"
                      ],
                      "properties": {
                        "openApi": {
                          "description": "An OpenAPI document, 3.0 or 3.1, as JSON or YAML, complete in itself; its paths are relative to `basePath`. Example: `{configMapRef: {name: penduduk-openapi, key: openapi.yaml}}`.",
                          "type": "object",
                          "x-kubernetes-validations": [
                            {
                              "rule": "has(self.inline) ? !has(self.configMapRef) && !has(self.url) : has(self.configMapRef) != has(self.url)",
                              "message": "give the document once: inline, configMapRef, or url with sha256"
                            },
                            {
                              "rule": "has(self.url) == has(self.sha256)",
                              "message": "url and sha256 go together: sha256 says which document is meant, so that what is served cannot change at the URL (curl URL | sha256sum tells it); or leave both out and let simpul import openapi URL write the document here"
                            }
                          ],
                          "properties": {
                            "inline": {
                              "description": "The document itself; a longer one goes into a ConfigMap. Default: none. Example: `{openapi: 3.1.0, info: {title: Situs, version: 1.0.0}, paths: {}}`.",
                              "type": "string",
                              "minLength": 2,
                              "maxLength": 65536
                            },
                            "configMapRef": {
                              "description": "A key of a ConfigMap in this object's namespace that holds the document. Default: none. Example: `{name: penduduk-openapi, key: openapi.yaml}`.",
                              "type": "object",
                              "required": [
                                "name",
                                "key"
                              ],
                              "properties": {
                                "name": {
                                  "description": "Name of the ConfigMap. Example: `penduduk-openapi`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 253,
                                  "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                },
                                "key": {
                                  "description": "Key under which the document stands. Example: `openapi.yaml`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 253,
                                  "pattern": "^[-._a-zA-Z0-9]+$"
                                }
                              }
                            },
                            "url": {
                              "description": "Where the operator fetches the document, once, until it has the one that `sha256` names; it follows no redirects. Default: none. Example: `https://dukcapil.example.go.id/openapi.yaml`.",
                              "type": "string",
                              "minLength": 8,
                              "maxLength": 1024,
                              "pattern": "^https?://[^\\s#@\\\\]+$"
                            },
                            "sha256": {
                              "description": "SHA-256 of the document at `url`, in lower-case hexadecimal digits. Default: none; needed with `url`. Example: `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`.",
                              "type": "string",
                              "minLength": 64,
                              "maxLength": 64,
                              "pattern": "^[0-9a-f]{64}$"
                            }
                          }
                        }
                      }
                    },
                    "validation": {
                      "description": "Whether calls and answers are compared with `definition`. Enforce refuses, Report lets pass and counts, None does not look. With `requests: Enforce` and no `operations` only the operations of the definition pass. Default: neither is. Example: `{requests: Enforce, responses: Report}`.",
                      "type": "object",
                      "properties": {
                        "requests": {
                          "description": "Parameters and bodies of calls. Default: `Enforce`. Example: `Report`.",
                          "type": "string",
                          "default": "Enforce",
                          "enum": [
                            "Enforce",
                            "Report",
                            "None"
                          ]
                        },
                        "responses": {
                          "description": "Answers of the backend: status, media type and JSON body. Default: `None`. Example: `Report`.",
                          "type": "string",
                          "default": "None",
                          "enum": [
                            "Enforce",
                            "Report",
                            "None"
                          ]
                        }
                      }
                    },
                    "operations": {
                      "description": "Operations that pass; all others are refused. Default: every path and method passes. Example: `[{path: '/nik/{nik}', methods: [GET], limits: [{requests: 10, per: Second}]}]`.",
                      "type": "array",
                      "maxItems": 128,
                      "x-kubernetes-list-type": "atomic",
                      "items": {
                        "description": "One operation. Example: `{path: '/nik/{nik}', methods: [GET]}`.",
                        "type": "object",
                        "required": [
                          "path"
                        ],
                        "properties": {
                          "path": {
                            "description": "Path relative to `basePath`; `{name}` stands for one segment, a last segment `*` for the rest. Example: `/nik/{nik}`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 256,
                            "pattern": "^/$|^(/([A-Za-z0-9_~-][A-Za-z0-9._~-]*|[{][A-Za-z_][A-Za-z0-9_]*[}]))+(/[*])?$|^/[*]$"
                          },
                          "methods": {
                            "description": "HTTP methods that pass. Default: all. Example: `[GET]`.",
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 9,
                            "x-kubernetes-list-type": "set",
                            "items": {
                              "description": "One method. Example: `GET`.",
                              "type": "string",
                              "enum": [
                                "GET",
                                "HEAD",
                                "POST",
                                "PUT",
                                "PATCH",
                                "DELETE",
                                "OPTIONS"
                              ]
                            }
                          },
                          "timeout": {
                            "description": "Time for a whole answer of this operation, as a duration in ms, s, m or h. Default: the backend's `timeout`. Example: `3s`.",
                            "type": "string",
                            "minLength": 2,
                            "maxLength": 16,
                            "pattern": "^([0-9]{1,6}(ms|s|m|h))+$"
                          },
                          "scopes": {
                            "description": "Scopes that calls of this operation need beside those of `authentication`, all of them. Default: none. Example: `[penduduk.nik]`.",
                            "type": "array",
                            "maxItems": 16,
                            "x-kubernetes-list-type": "set",
                            "items": {
                              "description": "One scope, as the token carries it. Example: `penduduk.baca`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 128,
                              "pattern": "^[!#-\\[\\]-~]+$"
                            }
                          },
                          "rewrite": {
                            "description": "What the backend is asked for instead of what the caller asked for. Default: what `backend.rewrite` says, for path and query each. Example: `{path: {replaceFullPath: '/penduduk/{nik}'}}`.",
                            "type": "object",
                            "properties": {
                              "path": {
                                "description": "What becomes of the path. Default: as `backend.rewrite` says. Example: `{replaceFullPath: '/penduduk/{nik}'}`.",
                                "type": "object",
                                "required": [
                                  "replaceFullPath"
                                ],
                                "properties": {
                                  "replaceFullPath": {
                                    "description": "The whole path behind the endpoint's own. `{name}` is the segment of that name in `path`, a last segment `*` the rest where `path` ends so. Example: `/penduduk/{nik}/rinci`.",
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 256,
                                    "pattern": "^/$|^(/([A-Za-z0-9_~-][A-Za-z0-9._~-]*|[{][A-Za-z_][A-Za-z0-9_]*[}]))+(/[*])?$|^/[*]$"
                                  }
                                }
                              },
                              "query": {
                                "description": "Changes to the query. Default: it goes on as it came. Example: `{set: {format: json}, remove: [debug]}`.",
                                "type": "object",
                                "properties": {
                                  "set": {
                                    "description": "Parameters that every call carries with this value, whatever the caller sent; `{name}` is the segment of that name in `path`. Default: none. Example: `{format: json}`.",
                                    "type": "object",
                                    "maxProperties": 16,
                                    "additionalProperties": {
                                      "description": "Value, as it is before it is escaped. Example: `json`.",
                                      "type": "string",
                                      "maxLength": 1024
                                    }
                                  },
                                  "remove": {
                                    "description": "Parameters that no call carries. Default: none. Example: `[debug]`.",
                                    "type": "array",
                                    "maxItems": 16,
                                    "x-kubernetes-list-type": "set",
                                    "items": {
                                      "description": "Name of a parameter. Example: `debug`.",
                                      "type": "string",
                                      "minLength": 1,
                                      "maxLength": 128
                                    }
                                  }
                                }
                              }
                            }
                          },
                          "responseHeaders": {
                            "description": "Changes to the header fields of the backend's answers, beside those of `backend.responseHeaders`, which these go before. Default: those of `backend.responseHeaders`. Example: `{set: {cache-control: no-store}, remove: [server]}`.",
                            "type": "object",
                            "properties": {
                              "set": {
                                "description": "Fields that every answer carries with this value, in lower case. Default: none. Example: `{cache-control: no-store}`.",
                                "type": "object",
                                "maxProperties": 16,
                                "additionalProperties": {
                                  "description": "Value of the field: printable ASCII without blanks at its ends. Example: `no-store`.",
                                  "type": "string",
                                  "maxLength": 1024,
                                  "pattern": "^([!-~]([ -~]*[!-~])?)?$"
                                }
                              },
                              "remove": {
                                "description": "Fields that no answer carries, in lower case. Default: none. Example: `[server]`.",
                                "type": "array",
                                "maxItems": 16,
                                "x-kubernetes-list-type": "set",
                                "items": {
                                  "description": "Name of a field. Example: `server`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 63
                                }
                              }
                            }
                          },
                          "limits": {
                            "description": "Limits over calls to this operation. A call must pass every limit of every level; a refused call counts nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.",
                            "type": "array",
                            "maxItems": 16,
                            "x-kubernetes-list-type": "atomic",
                            "x-kubernetes-validations": [
                              {
                                "rule": "self.all(a, !has(a.name) || self.exists_one(b, has(b.name) && b.name == a.name))",
                                "message": "two limits have one name: give each limit of a list a name of its own, or none"
                              }
                            ],
                            "items": {
                              "description": "At most so many calls, or bytes of answers, in a window; or so many calls at the same time. Example: `{requests: 1200, per: Minute, burst: 100}`.",
                              "type": "object",
                              "x-kubernetes-validations": [
                                {
                                  "rule": "has(self.requests) ? !has(self.bytes) && !has(self.concurrent) : has(self.bytes) != has(self.concurrent)",
                                  "message": "give exactly one of requests, bytes and concurrent"
                                },
                                {
                                  "rule": "has(self.per) != has(self.concurrent)",
                                  "message": "give per with requests and with bytes, and never with concurrent"
                                },
                                {
                                  "rule": "!has(self.burst) || has(self.requests)",
                                  "message": "burst bounds requests: remove burst, or give requests"
                                },
                                {
                                  "rule": "!has(self.burst) || !has(self.per) || self.per != 'Second'",
                                  "message": "burst bounds any one second, so it adds nothing to a limit per Second: remove burst, or choose a longer window"
                                },
                                {
                                  "rule": "!has(self.burst) || !has(self.requests) || self.burst <= self.requests",
                                  "message": "burst cannot exceed requests: lower burst, or raise requests"
                                },
                                {
                                  "rule": "has(self.header) == (has(self.by) && self.by == 'Header')",
                                  "message": "give header when by is Header, and only then"
                                },
                                {
                                  "rule": "has(self.claim) == (has(self.by) && self.by == 'Claim')",
                                  "message": "give claim when by is Claim, and only then"
                                }
                              ],
                              "properties": {
                                "name": {
                                  "description": "Name of this limit, shown to a caller that it refuses, and the identity under which it goes on counting when it is edited. Default: made of `by`, `per` and the position. Example: `ramai`.",
                                  "type": "string",
                                  "maxLength": 63,
                                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                                },
                                "requests": {
                                  "description": "Calls allowed in one window and for one counter. Default: none; one of requests, bytes and concurrent is needed. Example: `60`.",
                                  "type": "integer",
                                  "format": "int64",
                                  "minimum": 1,
                                  "maximum": 1000000000000
                                },
                                "bytes": {
                                  "description": "Bytes of the bodies of answers allowed in one window and for one counter, with an optional suffix Ki, Mi or Gi; what is under way when they are used up is sent to its end. Per Second it is a bandwidth: answers are slowed down and none is refused. Default: none; one of requests, bytes and concurrent is needed. Example: `10Gi`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 12,
                                  "pattern": "^([1-9][0-9]*|[1-9][0-9]{0,5}(Ki|Mi|Gi))$"
                                },
                                "concurrent": {
                                  "description": "Calls allowed at the same time for one counter, from their admission to the last byte of the answer. Default: none; one of requests, bytes and concurrent is needed. Example: `20`.",
                                  "type": "integer",
                                  "format": "int64",
                                  "minimum": 1,
                                  "maximum": 1000000
                                },
                                "per": {
                                  "description": "Length of the window. Second, Minute and Hour run from a counter's first call; Day and Month are calendar windows in the gateway's `timeZone`. Default: none; needed with requests and with bytes. Example: `Minute`.",
                                  "type": "string",
                                  "enum": [
                                    "Second",
                                    "Minute",
                                    "Hour",
                                    "Day",
                                    "Month"
                                  ]
                                },
                                "by": {
                                  "description": "What is counted apart: everything together, each Subscription, each application (several Subscriptions may name one), each client address (IPv6 by /64), each value of a header field or of a claim of the caller's token. A call that lacks what is counted by is counted by its address. Default: `Total`. Example: `ClientIP`.",
                                  "type": "string",
                                  "enum": [
                                    "Total",
                                    "Subscription",
                                    "Application",
                                    "ClientIP",
                                    "Header",
                                    "Claim"
                                  ]
                                },
                                "header": {
                                  "description": "Header field that `by: Header` counts by, in any case. Callers choose its value, so it limits only those who are honest about it. Default: none; needed with `by: Header`. Example: `x-device-id`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 128,
                                  "pattern": "^[A-Za-z0-9-]+$"
                                },
                                "claim": {
                                  "description": "Claim of the caller's verified token that `by: Claim` counts by; a text, a number or a truth value. Default: none; needed with `by: Claim`. Example: `azp`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 128
                                },
                                "when": {
                                  "description": "Which calls this limit is about, as an expression (CEL) over request, client, api, plan, subscription and claims (docs/policies/limits.md); others pass it uncounted. Default: every call. Example: `request.headers[\"x-mode\"] == \"massal\"`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 1024
                                },
                                "onRedisFailure": {
                                  "description": "What happens while the gateway's Redis does not answer: every pod allows its share of this limit, or calls that would need to be counted are refused (503). Default: `LocalShare`. Example: `Deny`.",
                                  "type": "string",
                                  "enum": [
                                    "LocalShare",
                                    "Deny"
                                  ]
                                },
                                "burst": {
                                  "description": "Calls allowed within any one second, beside `requests`. Default: no such bound. Example: `100`.",
                                  "type": "integer",
                                  "format": "int64",
                                  "minimum": 1,
                                  "maximum": 1000000
                                }
                              }
                            }
                          }
                        }
                      }
                    },
                    "limits": {
                      "description": "Limits over calls to this API, whatever the plan. A call must pass every limit of every level; a refused call counts nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "atomic",
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.all(a, !has(a.name) || self.exists_one(b, has(b.name) && b.name == a.name))",
                          "message": "two limits have one name: give each limit of a list a name of its own, or none"
                        }
                      ],
                      "items": {
                        "description": "At most so many calls, or bytes of answers, in a window; or so many calls at the same time. Example: `{requests: 1200, per: Minute, burst: 100}`.",
                        "type": "object",
                        "x-kubernetes-validations": [
                          {
                            "rule": "has(self.requests) ? !has(self.bytes) && !has(self.concurrent) : has(self.bytes) != has(self.concurrent)",
                            "message": "give exactly one of requests, bytes and concurrent"
                          },
                          {
                            "rule": "has(self.per) != has(self.concurrent)",
                            "message": "give per with requests and with bytes, and never with concurrent"
                          },
                          {
                            "rule": "!has(self.burst) || has(self.requests)",
                            "message": "burst bounds requests: remove burst, or give requests"
                          },
                          {
                            "rule": "!has(self.burst) || !has(self.per) || self.per != 'Second'",
                            "message": "burst bounds any one second, so it adds nothing to a limit per Second: remove burst, or choose a longer window"
                          },
                          {
                            "rule": "!has(self.burst) || !has(self.requests) || self.burst <= self.requests",
                            "message": "burst cannot exceed requests: lower burst, or raise requests"
                          },
                          {
                            "rule": "has(self.header) == (has(self.by) && self.by == 'Header')",
                            "message": "give header when by is Header, and only then"
                          },
                          {
                            "rule": "has(self.claim) == (has(self.by) && self.by == 'Claim')",
                            "message": "give claim when by is Claim, and only then"
                          }
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of this limit, shown to a caller that it refuses, and the identity under which it goes on counting when it is edited. Default: made of `by`, `per` and the position. Example: `ramai`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                          },
                          "requests": {
                            "description": "Calls allowed in one window and for one counter. Default: none; one of requests, bytes and concurrent is needed. Example: `60`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000000000
                          },
                          "bytes": {
                            "description": "Bytes of the bodies of answers allowed in one window and for one counter, with an optional suffix Ki, Mi or Gi; what is under way when they are used up is sent to its end. Per Second it is a bandwidth: answers are slowed down and none is refused. Default: none; one of requests, bytes and concurrent is needed. Example: `10Gi`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 12,
                            "pattern": "^([1-9][0-9]*|[1-9][0-9]{0,5}(Ki|Mi|Gi))$"
                          },
                          "concurrent": {
                            "description": "Calls allowed at the same time for one counter, from their admission to the last byte of the answer. Default: none; one of requests, bytes and concurrent is needed. Example: `20`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000
                          },
                          "per": {
                            "description": "Length of the window. Second, Minute and Hour run from a counter's first call; Day and Month are calendar windows in the gateway's `timeZone`. Default: none; needed with requests and with bytes. Example: `Minute`.",
                            "type": "string",
                            "enum": [
                              "Second",
                              "Minute",
                              "Hour",
                              "Day",
                              "Month"
                            ]
                          },
                          "by": {
                            "description": "What is counted apart: everything together, each Subscription, each application (several Subscriptions may name one), each client address (IPv6 by /64), each value of a header field or of a claim of the caller's token. A call that lacks what is counted by is counted by its address. Default: `Total`. Example: `ClientIP`.",
                            "type": "string",
                            "enum": [
                              "Total",
                              "Subscription",
                              "Application",
                              "ClientIP",
                              "Header",
                              "Claim"
                            ]
                          },
                          "header": {
                            "description": "Header field that `by: Header` counts by, in any case. Callers choose its value, so it limits only those who are honest about it. Default: none; needed with `by: Header`. Example: `x-device-id`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128,
                            "pattern": "^[A-Za-z0-9-]+$"
                          },
                          "claim": {
                            "description": "Claim of the caller's verified token that `by: Claim` counts by; a text, a number or a truth value. Default: none; needed with `by: Claim`. Example: `azp`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128
                          },
                          "when": {
                            "description": "Which calls this limit is about, as an expression (CEL) over request, client, api, plan, subscription and claims (docs/policies/limits.md); others pass it uncounted. Default: every call. Example: `request.headers[\"x-mode\"] == \"massal\"`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 1024
                          },
                          "onRedisFailure": {
                            "description": "What happens while the gateway's Redis does not answer: every pod allows its share of this limit, or calls that would need to be counted are refused (503). Default: `LocalShare`. Example: `Deny`.",
                            "type": "string",
                            "enum": [
                              "LocalShare",
                              "Deny"
                            ]
                          },
                          "burst": {
                            "description": "Calls allowed within any one second, beside `requests`. Default: no such bound. Example: `100`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000
                          }
                        }
                      }
                    },
                    "plans": {
                      "description": "Terms under which applications subscribe, by name. Default: none, and Subscriptions name no plan. Example: `{dasar: {limits: [{requests: 60, per: Minute}]}}`.",
                      "type": "object",
                      "minProperties": 1,
                      "maxProperties": 32,
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.all(name, name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'))",
                          "message": "a plan's name consists of at most 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit"
                        }
                      ],
                      "additionalProperties": {
                        "description": "One plan. Example: `{displayName: Dasar, approval: Automatic, limits: [{requests: 60, per: Minute}]}`.",
                        "type": "object",
                        "properties": {
                          "displayName": {
                            "description": "Name of the plan, as people write it. Default: its name. Example: `Dasar`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 200
                          },
                          "description": {
                            "description": "What the plan is for. Default: none. Example: `Untuk uji coba dan aplikasi kecil`.",
                            "type": "string",
                            "maxLength": 1024
                          },
                          "approval": {
                            "description": "Whether a Subscription to this plan waits for an Approval in this namespace. Default: `Automatic`. Example: `Manual`.",
                            "type": "string",
                            "default": "Automatic",
                            "enum": [
                              "Automatic",
                              "Manual"
                            ]
                          },
                          "scopes": {
                            "description": "Scopes that callers on this plan have whose credential states none itself, such as an API key. Tokens bring their own. Default: none. Example: `[penduduk.baca]`.",
                            "type": "array",
                            "maxItems": 16,
                            "x-kubernetes-list-type": "set",
                            "items": {
                              "description": "One scope, as the token carries it. Example: `penduduk.baca`.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 128,
                              "pattern": "^[!#-\\[\\]-~]+$"
                            }
                          },
                          "limits": {
                            "description": "Limits over calls on this plan. A call must pass every limit of every level; a refused call counts nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.",
                            "type": "array",
                            "maxItems": 16,
                            "x-kubernetes-list-type": "atomic",
                            "x-kubernetes-validations": [
                              {
                                "rule": "self.all(a, !has(a.name) || self.exists_one(b, has(b.name) && b.name == a.name))",
                                "message": "two limits have one name: give each limit of a list a name of its own, or none"
                              }
                            ],
                            "items": {
                              "description": "At most so many calls, or bytes of answers, in a window; or so many calls at the same time. Example: `{requests: 1200, per: Minute, burst: 100}`.",
                              "type": "object",
                              "x-kubernetes-validations": [
                                {
                                  "rule": "has(self.requests) ? !has(self.bytes) && !has(self.concurrent) : has(self.bytes) != has(self.concurrent)",
                                  "message": "give exactly one of requests, bytes and concurrent"
                                },
                                {
                                  "rule": "has(self.per) != has(self.concurrent)",
                                  "message": "give per with requests and with bytes, and never with concurrent"
                                },
                                {
                                  "rule": "!has(self.burst) || has(self.requests)",
                                  "message": "burst bounds requests: remove burst, or give requests"
                                },
                                {
                                  "rule": "!has(self.burst) || !has(self.per) || self.per != 'Second'",
                                  "message": "burst bounds any one second, so it adds nothing to a limit per Second: remove burst, or choose a longer window"
                                },
                                {
                                  "rule": "!has(self.burst) || !has(self.requests) || self.burst <= self.requests",
                                  "message": "burst cannot exceed requests: lower burst, or raise requests"
                                },
                                {
                                  "rule": "has(self.header) == (has(self.by) && self.by == 'Header')",
                                  "message": "give header when by is Header, and only then"
                                },
                                {
                                  "rule": "has(self.claim) == (has(self.by) && self.by == 'Claim')",
                                  "message": "give claim when by is Claim, and only then"
                                }
                              ],
                              "properties": {
                                "name": {
                                  "description": "Name of this limit, shown to a caller that it refuses, and the identity under which it goes on counting when it is edited. Default: made of `by`, `per` and the position. Example: `ramai`.",
                                  "type": "string",
                                  "maxLength": 63,
                                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                                },
                                "requests": {
                                  "description": "Calls allowed in one window and for one counter. Default: none; one of requests, bytes and concurrent is needed. Example: `60`.",
                                  "type": "integer",
                                  "format": "int64",
                                  "minimum": 1,
                                  "maximum": 1000000000000
                                },
                                "bytes": {
                                  "description": "Bytes of the bodies of answers allowed in one window and for one counter, with an optional suffix Ki, Mi or Gi; what is under way when they are used up is sent to its end. Per Second it is a bandwidth: answers are slowed down and none is refused. Default: none; one of requests, bytes and concurrent is needed. Example: `10Gi`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 12,
                                  "pattern": "^([1-9][0-9]*|[1-9][0-9]{0,5}(Ki|Mi|Gi))$"
                                },
                                "concurrent": {
                                  "description": "Calls allowed at the same time for one counter, from their admission to the last byte of the answer. Default: none; one of requests, bytes and concurrent is needed. Example: `20`.",
                                  "type": "integer",
                                  "format": "int64",
                                  "minimum": 1,
                                  "maximum": 1000000
                                },
                                "per": {
                                  "description": "Length of the window. Second, Minute and Hour run from a counter's first call; Day and Month are calendar windows in the gateway's `timeZone`. Default: none; needed with requests and with bytes. Example: `Minute`.",
                                  "type": "string",
                                  "enum": [
                                    "Second",
                                    "Minute",
                                    "Hour",
                                    "Day",
                                    "Month"
                                  ]
                                },
                                "by": {
                                  "description": "What is counted apart: everything together, each Subscription, each application (several Subscriptions may name one), each client address (IPv6 by /64), each value of a header field or of a claim of the caller's token. A call that lacks what is counted by is counted by its address. Default: `Subscription`. Example: `ClientIP`.",
                                  "type": "string",
                                  "enum": [
                                    "Total",
                                    "Subscription",
                                    "Application",
                                    "ClientIP",
                                    "Header",
                                    "Claim"
                                  ]
                                },
                                "header": {
                                  "description": "Header field that `by: Header` counts by, in any case. Callers choose its value, so it limits only those who are honest about it. Default: none; needed with `by: Header`. Example: `x-device-id`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 128,
                                  "pattern": "^[A-Za-z0-9-]+$"
                                },
                                "claim": {
                                  "description": "Claim of the caller's verified token that `by: Claim` counts by; a text, a number or a truth value. Default: none; needed with `by: Claim`. Example: `azp`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 128
                                },
                                "when": {
                                  "description": "Which calls this limit is about, as an expression (CEL) over request, client, api, plan, subscription and claims (docs/policies/limits.md); others pass it uncounted. Default: every call. Example: `request.headers[\"x-mode\"] == \"massal\"`.",
                                  "type": "string",
                                  "minLength": 1,
                                  "maxLength": 1024
                                },
                                "onRedisFailure": {
                                  "description": "What happens while the gateway's Redis does not answer: every pod allows its share of this limit, or calls that would need to be counted are refused (503). Default: `LocalShare`. Example: `Deny`.",
                                  "type": "string",
                                  "enum": [
                                    "LocalShare",
                                    "Deny"
                                  ]
                                },
                                "burst": {
                                  "description": "Calls allowed within any one second, beside `requests`. Default: no such bound. Example: `100`.",
                                  "type": "integer",
                                  "format": "int64",
                                  "minimum": 1,
                                  "maximum": 1000000
                                }
                              }
                            }
                          }
                        }
                      }
                    },
                    "maxRequestBytes": {
                      "description": "Largest request body, in bytes with an optional suffix Ki, Mi or Gi. Default: that of the Tenant or the gateway. Example: `1Mi`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 16,
                      "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                    },
                    "maxResponseBytes": {
                      "description": "Largest answer of the backend, in bytes with an optional suffix Ki, Mi or Gi: one that says that it is larger gets 502, one that turns out to be is broken off. Default: that of the Tenant or the gateway, else any size. Example: `10Mi`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 16,
                      "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                    },
                    "logging": {
                      "description": "What the access log says of calls beyond who called which operation, with what outcome. Default: nothing of path, query, header fields and bodies. Example: `{target: Masked, mask: [path.nik, query.npwp, body.nik]}`.",
                      "type": "object",
                      "x-kubernetes-validations": [
                        {
                          "rule": "!has(self.headers) || self.headers.all(name, name.matches('^[a-z0-9-]{1,63}$'))",
                          "message": "write header fields in lower case, of letters, digits and dashes, such as x-instansi"
                        },
                        {
                          "rule": "!has(self.headers) || self.headers.all(name, !(name in ['authorization', 'cookie', 'proxy-authorization', 'set-cookie', 'x-api-key']))",
                          "message": "these header fields carry secrets and are never logged: name others"
                        },
                        {
                          "rule": "!has(self.mask) || self.mask.all(name, name.matches('^(path|query|header)[.][A-Za-z0-9_-]+$|^body([.][^.]+)+$'))",
                          "message": "a mask reads path.NAME, query.NAME, header.NAME or body.NAME, where NAME of body may be NAME.NAME to say where it stands"
                        }
                      ],
                      "properties": {
                        "target": {
                          "description": "Whether path and query are logged. `Masked`: as `path`, where an operation of this API says which segments are parameters, and as `query`; values that `mask` names, values that look like personal numbers (15 digits or more), and whatever cannot be taken apart are left out. Default: `None`. Example: `Masked`.",
                          "type": "string",
                          "default": "None",
                          "enum": [
                            "None",
                            "Masked"
                          ]
                        },
                        "headers": {
                          "description": "Header fields of requests that are logged, in lower case. Default: none. Example: `[x-instansi, user-agent]`.",
                          "type": "array",
                          "maxItems": 16,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "Name of a header field. Example: `x-instansi`.",
                            "type": "string",
                            "maxLength": 63
                          }
                        },
                        "bodies": {
                          "description": "Whether JSON bodies of requests and answers are logged, of some calls, with what `mask` names left out. Only where the ApiGateway permits it. Default: `None`. Example: `Sampled`.",
                          "type": "string",
                          "default": "None",
                          "enum": [
                            "None",
                            "Sampled"
                          ]
                        },
                        "sampleRate": {
                          "description": "Share of calls whose bodies are logged, as a percentage. Default: `1%`. Example: `0.1%`.",
                          "type": "string",
                          "default": "1%",
                          "maxLength": 8,
                          "pattern": "^(100|[0-9]{1,2}([.][0-9]{1,4})?)%$"
                        },
                        "maxBytes": {
                          "description": "Largest body that is logged, in bytes with an optional suffix Ki, Mi or Gi, at most 64Ki; of larger ones only the size is. Default: `4Ki`. Example: `16Ki`.",
                          "type": "string",
                          "default": "4Ki",
                          "maxLength": 16,
                          "pattern": "^[0-9]{1,12}(Ki|Mi|Gi)?$"
                        },
                        "mask": {
                          "description": "Names whose values are never logged, wherever they stand and however they are spelt: parameters of operations (`path.nik`), of the query (`query.npwp`), header fields (`header.x-nik`), and members of JSON bodies at any depth (`body.nik`; `body.orang.nik` only within `orang`). Those of the ApiGateway hold as well. Default: none. Example: `[path.nik, query.npwp, body.nik]`.",
                          "type": "array",
                          "maxItems": 64,
                          "x-kubernetes-list-type": "set",
                          "items": {
                            "description": "Where a value stands, and its name. Example: `body.nik`.",
                            "type": "string",
                            "maxLength": 128
                          }
                        }
                      }
                    }
                  }
                },
                "status": {
                  "description": "What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that what waits for the operator sees that it has not looked yet. Example: see `conditions`.",
                  "type": "object",
                  "default": {
                    "observedGeneration": -1
                  },
                  "properties": {
                    "observedGeneration": {
                      "description": "Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit. Example: `3`.",
                      "type": "integer",
                      "format": "int64",
                      "minimum": -1,
                      "maximum": 9007199254740991
                    },
                    "conditions": {
                      "description": "What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md. Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "type"
                      ],
                      "items": {
                        "description": "One observation. Example: `{type: Accepted, status: 'False', reason: RouteConflict, ...}`.",
                        "type": "object",
                        "required": [
                          "type",
                          "status",
                          "reason",
                          "message",
                          "lastTransitionTime",
                          "observedGeneration"
                        ],
                        "properties": {
                          "type": {
                            "description": "What is observed. Example: `Ready`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "status": {
                            "description": "Whether it holds; `Unknown` while nobody can say. Example: `\"True\"`.",
                            "type": "string",
                            "enum": [
                              "True",
                              "False",
                              "Unknown"
                            ]
                          },
                          "reason": {
                            "description": "Stable word for programs. Example: `TenantNotFound`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[A-Z][A-Za-z0-9]*$"
                          },
                          "message": {
                            "description": "One sentence for people: what is so, and what to do about it. Example: `Namespace \"acme\" belongs to no Tenant`.",
                            "type": "string",
                            "maxLength": 1024
                          },
                          "lastTransitionTime": {
                            "description": "When `status` last changed, RFC 3339 in UTC. Example: `2026-11-20T03:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          },
                          "observedGeneration": {
                            "description": "Generation of the spec that this observation is about. Example: `3`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 0,
                            "maximum": 9007199254740991
                          }
                        }
                      }
                    },
                    "acceptedAt": {
                      "description": "When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a credential that two objects want, and backups carry it. Default: absent until then. Example: `2026-11-20T03:00:00Z`.",
                      "type": "string",
                      "format": "date-time",
                      "maxLength": 32
                    },
                    "deprecatedAt": {
                      "description": "When the operator first saw this API Deprecated, RFC 3339 in UTC. Subscriptions accepted before then keep working. Default: absent until then. Example: `2026-12-01T00:00:00Z`.",
                      "type": "string",
                      "format": "date-time",
                      "maxLength": 32
                    },
                    "gateways": {
                      "description": "Where the gateways stand with this API while `Programmed` is not True. Default: absent once every gateway serves it. Example: `[{gateway: simpul-system/public, acknowledged: 1, expected: 2, laggards: [public-7d9-x2x]}]`.",
                      "type": "array",
                      "maxItems": 8,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "gateway"
                      ],
                      "items": {
                        "description": "One ApiGateway. Example: `{gateway: simpul-system/public, acknowledged: 1, expected: 2}`.",
                        "type": "object",
                        "required": [
                          "gateway",
                          "acknowledged",
                          "expected"
                        ],
                        "properties": {
                          "gateway": {
                            "description": "Namespace and name of the ApiGateway. Example: `simpul-system/public`.",
                            "type": "string",
                            "maxLength": 317
                          },
                          "acknowledged": {
                            "description": "Number of pods that serve this generation. Example: `1`.",
                            "type": "integer",
                            "format": "int32",
                            "minimum": 0,
                            "maximum": 10000
                          },
                          "expected": {
                            "description": "Number of pods that are ready. Example: `2`.",
                            "type": "integer",
                            "format": "int32",
                            "minimum": 0,
                            "maximum": 10000
                          },
                          "laggards": {
                            "description": "Pods that do not serve it yet, the first ten by name. Default: none. Example: `[public-7d9-x2x]`.",
                            "type": "array",
                            "maxItems": 10,
                            "x-kubernetes-list-type": "set",
                            "items": {
                              "description": "Name of a pod. Example: `public-7d9-x2x`.",
                              "type": "string",
                              "maxLength": 253
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      ]
    }
  },
  {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
      "name": "subscriptions.simpul.id"
    },
    "spec": {
      "group": "simpul.id",
      "scope": "Namespaced",
      "names": {
        "kind": "Subscription",
        "listKind": "SubscriptionList",
        "plural": "subscriptions",
        "singular": "subscription",
        "shortNames": [
          "apisub"
        ],
        "categories": [
          "simpul"
        ]
      },
      "versions": [
        {
          "name": "v1alpha1",
          "served": true,
          "storage": true,
          "subresources": {
            "status": {}
          },
          "additionalPrinterColumns": [
            {
              "name": "Ready",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
              "description": "Whether everything holds that this object asks for."
            },
            {
              "name": "Reason",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].reason",
              "description": "Why it is, or is not, ready."
            },
            {
              "name": "Application",
              "type": "string",
              "priority": 1,
              "jsonPath": ".spec.application.displayName",
              "description": "The application that calls."
            },
            {
              "name": "Message",
              "type": "string",
              "priority": 1,
              "jsonPath": ".status.conditions[?(@.type=='Ready')].message",
              "description": "What to do about it."
            },
            {
              "name": "Age",
              "type": "date",
              "jsonPath": ".metadata.creationTimestamp",
              "description": "Time since it was created."
            }
          ],
          "schema": {
            "openAPIV3Schema": {
              "description": "An application's request for APIs and plans, and its credentials.",
              "type": "object",
              "required": [
                "spec"
              ],
              "properties": {
                "apiVersion": {
                  "description": "Version of this schema. Example: `simpul.id/v1alpha1`.",
                  "type": "string",
                  "maxLength": 63
                },
                "kind": {
                  "description": "Kind of the object. Example: `Subscription`.",
                  "type": "string",
                  "maxLength": 63
                },
                "metadata": {
                  "type": "object"
                },
                "spec": {
                  "description": "Which application asks for which APIs, and with which credentials.",
                  "type": "object",
                  "required": [
                    "application",
                    "apis"
                  ],
                  "properties": {
                    "application": {
                      "description": "The application that calls. Example: `{displayName: Aplikasi Perizinan, contact: perizinan@example.go.id}`.",
                      "type": "object",
                      "required": [
                        "displayName"
                      ],
                      "properties": {
                        "name": {
                          "description": "Name under which limits `by: Application` count; Subscriptions of one namespace that share it share the counter. Default: the Subscription's name. Example: `perizinan`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 253,
                          "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                        },
                        "displayName": {
                          "description": "Name of the application, as people write it. Example: `Aplikasi Perizinan`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 200
                        },
                        "contact": {
                          "description": "Mail address or telephone number of who answers for it. Default: none. Example: `perizinan@example.go.id`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 200
                        }
                      }
                    },
                    "apis": {
                      "description": "APIs that the application wants to call. Example: `[{name: situs, namespace: banten, plan: dasar}]`.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 64,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "namespace",
                        "name"
                      ],
                      "items": {
                        "description": "One ApiService and plan. Example: `{name: situs, namespace: banten, plan: dasar}`.",
                        "type": "object",
                        "required": [
                          "name"
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of the ApiService. Example: `situs`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 253,
                            "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                          },
                          "namespace": {
                            "description": "Namespace of the ApiService. Default: empty, which is this object's own namespace. Example: `banten`.",
                            "type": "string",
                            "default": "",
                            "maxLength": 63,
                            "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                          },
                          "plan": {
                            "description": "Name of the plan. Default: none, which fits an ApiService without plans. Example: `dasar`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 63,
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                          }
                        }
                      }
                    },
                    "credentials": {
                      "description": "Credentials of the application, all of them valid side by side; to rotate, add one, switch over, remove the other. Default: one generated API key named `default`. Example: `[{name: utama}]`.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 8,
                      "default": [
                        {
                          "name": "default"
                        }
                      ],
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "name"
                      ],
                      "items": {
                        "description": "One credential; without `apiKey`, `oidc`, `clientCertificate` and `signature` a key is generated into the Secret `<subscription>-<credential>`. Example: `{name: utama}`.",
                        "type": "object",
                        "required": [
                          "name"
                        ],
                        "x-kubernetes-validations": [
                          {
                            "rule": "!has(self.notBefore) || !has(self.notAfter) || timestamp(self.notBefore) < timestamp(self.notAfter)",
                            "message": "notBefore must lie before notAfter"
                          },
                          {
                            "rule": "(!has(self.apiKey) || !has(self.oidc)) && (!has(self.clientCertificate) || !(has(self.apiKey) || has(self.oidc))) && (!has(self.signature) || !(has(self.apiKey) || has(self.oidc) || has(self.clientCertificate)))",
                            "message": "a credential is one thing: give apiKey, oidc, clientCertificate and signature in credentials of their own"
                          }
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of the credential. Example: `utama`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 63,
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                          },
                          "apiKey": {
                            "description": "An API key brought along instead of a generated one. Default: a key of 256 bits is generated. Example: `{secretRef: {name: perizinan-cadangan}}`.",
                            "type": "object",
                            "required": [
                              "secretRef"
                            ],
                            "properties": {
                              "secretRef": {
                                "description": "Secret of type `simpul.id/api-key` in this namespace that holds the key: at least 32 printable characters, 10 of them distinct. Example: `{name: perizinan-cadangan}`.",
                                "type": "object",
                                "required": [
                                  "name"
                                ],
                                "properties": {
                                  "name": {
                                    "description": "Name of the Secret. Example: `perizinan-cadangan`.",
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 253,
                                    "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                  },
                                  "key": {
                                    "description": "Key within the Secret's data. Default: `api-key`. Example: `api-key`.",
                                    "type": "string",
                                    "default": "api-key",
                                    "minLength": 1,
                                    "maxLength": 253,
                                    "pattern": "^[-._a-zA-Z0-9]+$"
                                  }
                                }
                              }
                            }
                          },
                          "oidc": {
                            "description": "A client of an identity provider: calls with its tokens are this application's. Default: none. Example: `{keyManagerRef: {name: sso, namespace: simpul-system}, clientId: perizinan}`.",
                            "type": "object",
                            "required": [
                              "keyManagerRef",
                              "clientId"
                            ],
                            "properties": {
                              "keyManagerRef": {
                                "description": "KeyManager of type `OIDC` or `Introspection` that vouches for the client. Example: `{name: sso, namespace: simpul-system}`.",
                                "type": "object",
                                "required": [
                                  "name"
                                ],
                                "properties": {
                                  "name": {
                                    "description": "Name of the KeyManager. Example: `sso`.",
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 253,
                                    "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                  },
                                  "namespace": {
                                    "description": "Namespace of the KeyManager. Default: empty, which is this object's own namespace. Example: `simpul-system`.",
                                    "type": "string",
                                    "default": "",
                                    "maxLength": 63,
                                    "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                                  }
                                }
                              },
                              "clientId": {
                                "description": "The client as its tokens name it (claim `azp` or `client_id`, see `applicationClaim` of the KeyManager). One Subscription has it. Example: `perizinan`.",
                                "type": "string",
                                "minLength": 1,
                                "maxLength": 256
                              }
                            }
                          },
                          "clientCertificate": {
                            "description": "Certificates by a name that stands in them: calls with one of these are this application's. Default: none. Example: `{keyManagerRef: {name: mitra}, subject: 'CN=perizinan,O=Kota Tangerang,C=ID'}`.",
                            "type": "object",
                            "required": [
                              "keyManagerRef"
                            ],
                            "x-kubernetes-validations": [
                              {
                                "rule": "[has(self.subject), has(self.dnsName), has(self.uri), has(self.email), has(self.ipAddress)].exists_one(given, given)",
                                "message": "give one of subject, dnsName, uri, email and ipAddress: the name in the certificate by which the application is known"
                              }
                            ],
                            "properties": {
                              "keyManagerRef": {
                                "description": "KeyManager of type `ClientCertificate` whose authorities issue the certificates. Example: `{name: mitra, namespace: simpul-system}`.",
                                "type": "object",
                                "required": [
                                  "name"
                                ],
                                "properties": {
                                  "name": {
                                    "description": "Name of the KeyManager. Example: `mitra`.",
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 253,
                                    "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                  },
                                  "namespace": {
                                    "description": "Namespace of the KeyManager. Default: empty, which is this object's own namespace. Example: `simpul-system`.",
                                    "type": "string",
                                    "default": "",
                                    "maxLength": 63,
                                    "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                                  }
                                }
                              },
                              "subject": {
                                "description": "The whole subject as RFC 4514 writes it (`openssl x509 -subject -nameopt RFC2253`), upper and lower case as in the certificate. Default: none. Example: `CN=perizinan,O=Kota Tangerang,C=ID`.",
                                "type": "string",
                                "minLength": 3,
                                "maxLength": 1024
                              },
                              "dnsName": {
                                "description": "A DNS name among the subject alternative names, in any case; `*` stands for itself alone. Default: none. Example: `perizinan.tangerangkota.go.id`.",
                                "type": "string",
                                "minLength": 1,
                                "maxLength": 253,
                                "pattern": "^[A-Za-z0-9*_]([-.A-Za-z0-9_]*[A-Za-z0-9])?$"
                              },
                              "uri": {
                                "description": "A URI among the subject alternative names, character by character. Default: none. Example: `spiffe://tangerang/perizinan`.",
                                "type": "string",
                                "minLength": 3,
                                "maxLength": 1024,
                                "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$"
                              },
                              "email": {
                                "description": "A mail address among the subject alternative names, character by character. Default: none. Example: `perizinan@tangerangkota.go.id`.",
                                "type": "string",
                                "minLength": 3,
                                "maxLength": 254,
                                "pattern": "^[!-~]+@[!-~]+$"
                              },
                              "ipAddress": {
                                "description": "An IP address among the subject alternative names. Default: none. Example: `10.20.30.40`.",
                                "type": "string",
                                "minLength": 2,
                                "maxLength": 45,
                                "pattern": "^[0-9A-Fa-f.:]+$"
                              }
                            }
                          },
                          "signature": {
                            "description": "A key by which the application signs its requests (RFC 9421). Default: none. Example: `{keyManagerRef: {name: tanda-tangan}, keyId: perizinan-1, publicKey: '-----BEGIN PUBLIC KEY-----...'}`.",
                            "type": "object",
                            "required": [
                              "keyManagerRef",
                              "keyId"
                            ],
                            "x-kubernetes-validations": [
                              {
                                "rule": "has(self.publicKey) != has(self.secretRef)",
                                "message": "give publicKey, or secretRef for hmac-sha256, and not both"
                              }
                            ],
                            "properties": {
                              "keyManagerRef": {
                                "description": "KeyManager of type `Signature`. Example: `{name: tanda-tangan, namespace: simpul-system}`.",
                                "type": "object",
                                "required": [
                                  "name"
                                ],
                                "properties": {
                                  "name": {
                                    "description": "Name of the KeyManager. Example: `tanda-tangan`.",
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 253,
                                    "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                  },
                                  "namespace": {
                                    "description": "Namespace of the KeyManager. Default: empty, which is this object's own namespace. Example: `simpul-system`.",
                                    "type": "string",
                                    "default": "",
                                    "maxLength": 63,
                                    "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                                  }
                                }
                              },
                              "keyId": {
                                "description": "What signatures say as `keyid`. One Subscription has it. Example: `perizinan-2027`.",
                                "type": "string",
                                "minLength": 1,
                                "maxLength": 256,
                                "pattern": "^[!#-\\[\\]-~]+$"
                              },
                              "publicKey": {
                                "description": "Public key in PEM form (`BEGIN PUBLIC KEY`): Ed25519, or EC on P-256 or P-384. Default: none; needed but for `hmac-sha256`. Example: `-----BEGIN PUBLIC KEY-----...`.",
                                "type": "string",
                                "minLength": 64,
                                "maxLength": 2048
                              },
                              "secretRef": {
                                "description": "Secret of type `simpul.id/signing-secret` in this namespace that holds the shared secret of `hmac-sha256`, as base64 of at least 32 bytes. Default: none. Example: `{name: perizinan-hmac}`.",
                                "type": "object",
                                "required": [
                                  "name"
                                ],
                                "properties": {
                                  "name": {
                                    "description": "Name of the Secret. Example: `perizinan-hmac`.",
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 253,
                                    "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                                  },
                                  "key": {
                                    "description": "Key within the Secret's data. Default: `secret`. Example: `secret`.",
                                    "type": "string",
                                    "default": "secret",
                                    "minLength": 1,
                                    "maxLength": 253,
                                    "pattern": "^[-._a-zA-Z0-9]+$"
                                  }
                                }
                              }
                            }
                          },
                          "notBefore": {
                            "description": "From when on the credential is valid, RFC 3339. Default: at once. Example: `2026-12-01T00:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          },
                          "notAfter": {
                            "description": "Until when the credential is valid, RFC 3339. Default: until it is removed. Example: `2027-12-01T00:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          }
                        }
                      }
                    },
                    "limits": {
                      "description": "Limits that the application sets itself, over all its calls with this Subscription. A call must pass every limit of every level; a refused call counts nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "atomic",
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.all(a, !has(a.name) || self.exists_one(b, has(b.name) && b.name == a.name))",
                          "message": "two limits have one name: give each limit of a list a name of its own, or none"
                        }
                      ],
                      "items": {
                        "description": "At most so many calls, or bytes of answers, in a window; or so many calls at the same time. Example: `{requests: 1200, per: Minute, burst: 100}`.",
                        "type": "object",
                        "x-kubernetes-validations": [
                          {
                            "rule": "has(self.requests) ? !has(self.bytes) && !has(self.concurrent) : has(self.bytes) != has(self.concurrent)",
                            "message": "give exactly one of requests, bytes and concurrent"
                          },
                          {
                            "rule": "has(self.per) != has(self.concurrent)",
                            "message": "give per with requests and with bytes, and never with concurrent"
                          },
                          {
                            "rule": "!has(self.burst) || has(self.requests)",
                            "message": "burst bounds requests: remove burst, or give requests"
                          },
                          {
                            "rule": "!has(self.burst) || !has(self.per) || self.per != 'Second'",
                            "message": "burst bounds any one second, so it adds nothing to a limit per Second: remove burst, or choose a longer window"
                          },
                          {
                            "rule": "!has(self.burst) || !has(self.requests) || self.burst <= self.requests",
                            "message": "burst cannot exceed requests: lower burst, or raise requests"
                          },
                          {
                            "rule": "has(self.header) == (has(self.by) && self.by == 'Header')",
                            "message": "give header when by is Header, and only then"
                          },
                          {
                            "rule": "has(self.claim) == (has(self.by) && self.by == 'Claim')",
                            "message": "give claim when by is Claim, and only then"
                          }
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of this limit, shown to a caller that it refuses, and the identity under which it goes on counting when it is edited. Default: made of `by`, `per` and the position. Example: `ramai`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                          },
                          "requests": {
                            "description": "Calls allowed in one window and for one counter. Default: none; one of requests, bytes and concurrent is needed. Example: `60`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000000000
                          },
                          "bytes": {
                            "description": "Bytes of the bodies of answers allowed in one window and for one counter, with an optional suffix Ki, Mi or Gi; what is under way when they are used up is sent to its end. Per Second it is a bandwidth: answers are slowed down and none is refused. Default: none; one of requests, bytes and concurrent is needed. Example: `10Gi`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 12,
                            "pattern": "^([1-9][0-9]*|[1-9][0-9]{0,5}(Ki|Mi|Gi))$"
                          },
                          "concurrent": {
                            "description": "Calls allowed at the same time for one counter, from their admission to the last byte of the answer. Default: none; one of requests, bytes and concurrent is needed. Example: `20`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000
                          },
                          "per": {
                            "description": "Length of the window. Second, Minute and Hour run from a counter's first call; Day and Month are calendar windows in the gateway's `timeZone`. Default: none; needed with requests and with bytes. Example: `Minute`.",
                            "type": "string",
                            "enum": [
                              "Second",
                              "Minute",
                              "Hour",
                              "Day",
                              "Month"
                            ]
                          },
                          "by": {
                            "description": "What is counted apart: everything together, each Subscription, each application (several Subscriptions may name one), each client address (IPv6 by /64), each value of a header field or of a claim of the caller's token. A call that lacks what is counted by is counted by its address. Default: `Subscription`. Example: `ClientIP`.",
                            "type": "string",
                            "enum": [
                              "Total",
                              "Subscription",
                              "Application",
                              "ClientIP",
                              "Header",
                              "Claim"
                            ]
                          },
                          "header": {
                            "description": "Header field that `by: Header` counts by, in any case. Callers choose its value, so it limits only those who are honest about it. Default: none; needed with `by: Header`. Example: `x-device-id`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128,
                            "pattern": "^[A-Za-z0-9-]+$"
                          },
                          "claim": {
                            "description": "Claim of the caller's verified token that `by: Claim` counts by; a text, a number or a truth value. Default: none; needed with `by: Claim`. Example: `azp`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 128
                          },
                          "when": {
                            "description": "Which calls this limit is about, as an expression (CEL) over request, client, api, plan, subscription and claims (docs/policies/limits.md); others pass it uncounted. Default: every call. Example: `request.headers[\"x-mode\"] == \"massal\"`.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 1024
                          },
                          "onRedisFailure": {
                            "description": "What happens while the gateway's Redis does not answer: every pod allows its share of this limit, or calls that would need to be counted are refused (503). Default: `LocalShare`. Example: `Deny`.",
                            "type": "string",
                            "enum": [
                              "LocalShare",
                              "Deny"
                            ]
                          },
                          "burst": {
                            "description": "Calls allowed within any one second, beside `requests`. Default: no such bound. Example: `100`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 1,
                            "maximum": 1000000
                          }
                        }
                      }
                    }
                  }
                },
                "status": {
                  "description": "What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that what waits for the operator sees that it has not looked yet. Example: see `conditions`.",
                  "type": "object",
                  "default": {
                    "observedGeneration": -1
                  },
                  "properties": {
                    "observedGeneration": {
                      "description": "Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit. Example: `3`.",
                      "type": "integer",
                      "format": "int64",
                      "minimum": -1,
                      "maximum": 9007199254740991
                    },
                    "conditions": {
                      "description": "What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md. Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "type"
                      ],
                      "items": {
                        "description": "One observation. Example: `{type: Accepted, status: 'False', reason: RouteConflict, ...}`.",
                        "type": "object",
                        "required": [
                          "type",
                          "status",
                          "reason",
                          "message",
                          "lastTransitionTime",
                          "observedGeneration"
                        ],
                        "properties": {
                          "type": {
                            "description": "What is observed. Example: `Ready`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "status": {
                            "description": "Whether it holds; `Unknown` while nobody can say. Example: `\"True\"`.",
                            "type": "string",
                            "enum": [
                              "True",
                              "False",
                              "Unknown"
                            ]
                          },
                          "reason": {
                            "description": "Stable word for programs. Example: `TenantNotFound`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[A-Z][A-Za-z0-9]*$"
                          },
                          "message": {
                            "description": "One sentence for people: what is so, and what to do about it. Example: `Namespace \"acme\" belongs to no Tenant`.",
                            "type": "string",
                            "maxLength": 1024
                          },
                          "lastTransitionTime": {
                            "description": "When `status` last changed, RFC 3339 in UTC. Example: `2026-11-20T03:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          },
                          "observedGeneration": {
                            "description": "Generation of the spec that this observation is about. Example: `3`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 0,
                            "maximum": 9007199254740991
                          }
                        }
                      }
                    },
                    "acceptedAt": {
                      "description": "When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a credential that two objects want, and backups carry it. Default: absent until then. Example: `2026-11-20T03:00:00Z`.",
                      "type": "string",
                      "format": "date-time",
                      "maxLength": 32
                    },
                    "apis": {
                      "description": "Where the request for each API stands. Default: absent until the first visit. Example: `[{namespace: banten, name: situs, plan: dasar, state: Active}]`.",
                      "type": "array",
                      "maxItems": 64,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "namespace",
                        "name"
                      ],
                      "items": {
                        "description": "One ApiService. Example: `{namespace: banten, name: situs, state: PendingApproval, message: ...}`.",
                        "type": "object",
                        "required": [
                          "namespace",
                          "name",
                          "state"
                        ],
                        "properties": {
                          "namespace": {
                            "description": "Namespace of the ApiService. Example: `banten`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "name": {
                            "description": "Name of the ApiService. Example: `situs`.",
                            "type": "string",
                            "maxLength": 253
                          },
                          "plan": {
                            "description": "Plan that was asked for. Default: none. Example: `dasar`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "state": {
                            "description": "`Active`: calls pass. `PendingApproval`, `Rejected`: see the owner. `Refused`: see `message`. Example: `Active`.",
                            "type": "string",
                            "enum": [
                              "Active",
                              "PendingApproval",
                              "Rejected",
                              "Refused"
                            ]
                          },
                          "message": {
                            "description": "Why calls do not pass, and what to do. Default: none while Active. Example: `Waits for an Approval in namespace \"banten\"`.",
                            "type": "string",
                            "maxLength": 512
                          },
                          "acceptedAt": {
                            "description": "When this API and plan first became Active, RFC 3339 in UTC; what was Active before an API was deprecated keeps working. Default: absent until then. Example: `2026-11-20T03:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          }
                        }
                      }
                    },
                    "credentials": {
                      "description": "Where each credential lies. Default: absent until the first visit. Example: `[{name: utama, secretName: perizinan-utama, state: Active}]`.",
                      "type": "array",
                      "maxItems": 8,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "name"
                      ],
                      "items": {
                        "description": "One credential. Example: `{name: utama, secretName: perizinan-utama, state: Active}`.",
                        "type": "object",
                        "required": [
                          "name",
                          "state"
                        ],
                        "properties": {
                          "name": {
                            "description": "Name of the credential. Example: `utama`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "secretName": {
                            "description": "Secret that holds the key, in this namespace. Default: absent where there is no key. Example: `perizinan-utama`.",
                            "type": "string",
                            "maxLength": 253
                          },
                          "state": {
                            "description": "`Active`: gateways know it (within its dates). `Refused`: see `message`. Example: `Active`.",
                            "type": "string",
                            "enum": [
                              "Active",
                              "Refused"
                            ]
                          },
                          "message": {
                            "description": "Why it is refused, and what to do. Default: none while Active. Example: `Secret \"x\" has no key \"api-key\"`.",
                            "type": "string",
                            "maxLength": 512
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      ]
    }
  },
  {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
      "name": "approvals.simpul.id"
    },
    "spec": {
      "group": "simpul.id",
      "scope": "Namespaced",
      "names": {
        "kind": "Approval",
        "listKind": "ApprovalList",
        "plural": "approvals",
        "singular": "approval",
        "shortNames": [
          "apiapv"
        ],
        "categories": [
          "simpul"
        ]
      },
      "versions": [
        {
          "name": "v1alpha1",
          "served": true,
          "storage": true,
          "subresources": {
            "status": {}
          },
          "additionalPrinterColumns": [
            {
              "name": "Ready",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
              "description": "Whether everything holds that this object asks for."
            },
            {
              "name": "Reason",
              "type": "string",
              "jsonPath": ".status.conditions[?(@.type=='Ready')].reason",
              "description": "Why it is, or is not, ready."
            },
            {
              "name": "Decision",
              "type": "string",
              "jsonPath": ".spec.decision",
              "description": "Approved or Rejected."
            },
            {
              "name": "Api",
              "type": "string",
              "priority": 1,
              "jsonPath": ".spec.apiRef.name",
              "description": "The ApiService."
            },
            {
              "name": "Subscription",
              "type": "string",
              "priority": 1,
              "jsonPath": ".spec.subscriptionRef.name",
              "description": "The Subscription."
            },
            {
              "name": "Message",
              "type": "string",
              "priority": 1,
              "jsonPath": ".status.conditions[?(@.type=='Ready')].message",
              "description": "What to do about it."
            },
            {
              "name": "Age",
              "type": "date",
              "jsonPath": ".metadata.creationTimestamp",
              "description": "Time since it was created."
            }
          ],
          "schema": {
            "openAPIV3Schema": {
              "description": "The owner's decision on a Subscription to an ApiService, or on publishing one; it counts only in the ApiService's own namespace.",
              "type": "object",
              "required": [
                "spec"
              ],
              "properties": {
                "apiVersion": {
                  "description": "Version of this schema. Example: `simpul.id/v1alpha1`.",
                  "type": "string",
                  "maxLength": 63
                },
                "kind": {
                  "description": "Kind of the object. Example: `Approval`.",
                  "type": "string",
                  "maxLength": 63
                },
                "metadata": {
                  "type": "object"
                },
                "spec": {
                  "description": "The decision. It cannot be changed: delete the Approval and create another.",
                  "type": "object",
                  "required": [
                    "apiRef",
                    "decision"
                  ],
                  "x-kubernetes-validations": [
                    {
                      "rule": "self == oldSelf",
                      "message": "an Approval cannot be changed: delete it and create another"
                    },
                    {
                      "rule": "!has(self.plan) || has(self.subscriptionRef)",
                      "message": "plan belongs to a decision on a Subscription: give subscriptionRef, or remove plan"
                    }
                  ],
                  "properties": {
                    "subscriptionRef": {
                      "description": "The Subscription that is decided on. Default: none, and the decision is on publishing the ApiService. Example: `{name: dasbor, namespace: tangerang}`.",
                      "type": "object",
                      "required": [
                        "name"
                      ],
                      "properties": {
                        "name": {
                          "description": "Name of the Subscription. Example: `dasbor`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 253,
                          "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                        },
                        "namespace": {
                          "description": "Namespace of the Subscription. Default: empty, which is this object's own namespace. Example: `tangerang`.",
                          "type": "string",
                          "default": "",
                          "maxLength": 63,
                          "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                        },
                        "uid": {
                          "description": "UID of the very Subscription that is meant, so that one created anew under the same name is not covered. Default: any of that name. Example: `1b4e28ba-2fa1-4bd2-883f-0016d3cca427`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 63
                        }
                      }
                    },
                    "apiRef": {
                      "description": "The ApiService, in this namespace. Example: `{name: situs}`.",
                      "type": "object",
                      "required": [
                        "name"
                      ],
                      "properties": {
                        "name": {
                          "description": "Name of the ApiService. Example: `situs`.",
                          "type": "string",
                          "minLength": 1,
                          "maxLength": 253,
                          "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
                        }
                      }
                    },
                    "plan": {
                      "description": "The plan that is decided on. Default: whichever plan the Subscription names. Example: `mitra`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 63,
                      "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                    },
                    "decision": {
                      "description": "Where several Approvals speak of one request, Rejected beats Approved. Example: `Approved`.",
                      "type": "string",
                      "enum": [
                        "Approved",
                        "Rejected"
                      ]
                    },
                    "reason": {
                      "description": "Why, with the number of the agreement where there is one. Default: none. Example: `Perjanjian kerja sama no. 12/2026`.",
                      "type": "string",
                      "maxLength": 1024
                    },
                    "decidedBy": {
                      "description": "User name of who decides; the API server refuses any other than the one who writes. Default: none; the API server's audit log has it. Example: `budi@bantenprov.go.id`.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256
                    }
                  }
                },
                "status": {
                  "description": "What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that what waits for the operator sees that it has not looked yet. Example: see `conditions`.",
                  "type": "object",
                  "default": {
                    "observedGeneration": -1
                  },
                  "properties": {
                    "observedGeneration": {
                      "description": "Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit. Example: `3`.",
                      "type": "integer",
                      "format": "int64",
                      "minimum": -1,
                      "maximum": 9007199254740991
                    },
                    "conditions": {
                      "description": "What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md. Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.",
                      "type": "array",
                      "maxItems": 16,
                      "x-kubernetes-list-type": "map",
                      "x-kubernetes-list-map-keys": [
                        "type"
                      ],
                      "items": {
                        "description": "One observation. Example: `{type: Accepted, status: 'False', reason: RouteConflict, ...}`.",
                        "type": "object",
                        "required": [
                          "type",
                          "status",
                          "reason",
                          "message",
                          "lastTransitionTime",
                          "observedGeneration"
                        ],
                        "properties": {
                          "type": {
                            "description": "What is observed. Example: `Ready`.",
                            "type": "string",
                            "maxLength": 63
                          },
                          "status": {
                            "description": "Whether it holds; `Unknown` while nobody can say. Example: `\"True\"`.",
                            "type": "string",
                            "enum": [
                              "True",
                              "False",
                              "Unknown"
                            ]
                          },
                          "reason": {
                            "description": "Stable word for programs. Example: `TenantNotFound`.",
                            "type": "string",
                            "maxLength": 63,
                            "pattern": "^[A-Z][A-Za-z0-9]*$"
                          },
                          "message": {
                            "description": "One sentence for people: what is so, and what to do about it. Example: `Namespace \"acme\" belongs to no Tenant`.",
                            "type": "string",
                            "maxLength": 1024
                          },
                          "lastTransitionTime": {
                            "description": "When `status` last changed, RFC 3339 in UTC. Example: `2026-11-20T03:00:00Z`.",
                            "type": "string",
                            "format": "date-time",
                            "maxLength": 32
                          },
                          "observedGeneration": {
                            "description": "Generation of the spec that this observation is about. Example: `3`.",
                            "type": "integer",
                            "format": "int64",
                            "minimum": 0,
                            "maximum": 9007199254740991
                          }
                        }
                      }
                    },
                    "acceptedAt": {
                      "description": "When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a credential that two objects want, and backups carry it. Default: absent until then. Example: `2026-11-20T03:00:00Z`.",
                      "type": "string",
                      "format": "date-time",
                      "maxLength": 32
                    }
                  }
                }
              }
            }
          }
        }
      ]
    }
  }
];
