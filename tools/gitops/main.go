// Says of Kubernetes objects what Argo CD and Flux would say, with their own code.
//
// Standard input: {"configMap": argocd-cm, "expressions": healthCheckExprs of Flux, "objects": [...]}. Standard output: one
// verdict for each object, in order.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/argo-cd/v3/util/settings"
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/fake"
)

type input struct {
	ConfigMap   corev1.ConfigMap                 `json:"configMap"`
	Expressions kustomize.HealthCheckExpressions `json:"expressions"`
	Objects     []*unstructured.Unstructured     `json:"objects"`
}

type said struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

type verdict struct {
	ArgoCD said `json:"argoCd"`
	Flux   said `json:"flux"`
	// FluxByExpressions is what Flux says when a Kustomization has healthCheckExprs.
	FluxByExpressions string `json:"fluxByExpressions"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	overrides, err := overridesOf(in.ConfigMap)
	if err != nil {
		return err
	}
	evaluator, err := cel.NewStatusEvaluator(&in.Expressions)
	if err != nil {
		return err
	}
	verdicts := make([]verdict, 0, len(in.Objects))
	for _, object := range in.Objects {
		each, err := judge(object, overrides, evaluator)
		if err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
		verdicts = append(verdicts, each)
	}
	return json.NewEncoder(os.Stdout).Encode(verdicts)
}

// overridesOf reads the ConfigMap as Argo CD's settings manager does.
func overridesOf(configMap corev1.ConfigMap) (lua.ResourceHealthOverrides, error) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
		Name: "argocd-secret", Namespace: configMap.Namespace, Labels: map[string]string{"app.kubernetes.io/part-of": "argocd"},
	}}
	clients := fake.NewSimpleClientset(&configMap, secret)
	return settings.NewSettingsManager(context.Background(), clients, configMap.Namespace).GetResourceOverrides()
}

func judge(object *unstructured.Unstructured, overrides lua.ResourceHealthOverrides, evaluator *cel.StatusEvaluator) (verdict, error) {
	health, err := overrides.GetResourceHealth(object)
	if err != nil {
		return verdict{}, fmt.Errorf("Argo CD: %w", err)
	}
	if health == nil {
		return verdict{}, fmt.Errorf("Argo CD has no health check for it")
	}
	result, err := status.Compute(object)
	if err != nil {
		return verdict{}, fmt.Errorf("kstatus: %w", err)
	}
	// Flux calls it Unknown, and asks again, when an expression cannot be evaluated: there is no status yet.
	byExpressions := status.UnknownStatus
	if result, err := evaluator.Evaluate(context.Background(), object); err == nil {
		byExpressions = result.Status
	}
	return verdict{
		ArgoCD:            said{string(health.Status), health.Message},
		Flux:              said{string(result.Status), result.Message},
		FluxByExpressions: string(byExpressions),
	}, nil
}
