package onnx

import (
	"errors"
	"fmt"

	ort "github.com/yalue/onnxruntime_go"
)

// Optimise writes the model at in as the runtime has it once it is loaded, to
// out, so that who loads that need not do the work again: it is most of the
// time that loading takes. The work stays below what fits only processors like this
// one, and what Open sets for processors without VNNI is left to Open: every
// machine writes the same bytes. Start must have preceded it.
func Optimise(in, out string) error {
	if err := optimise(in, out); err != nil {
		return fmt.Errorf("optimise model %s: %w", in, err)
	}
	return nil
}

func optimise(in, out string) error {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return err
	}
	defer options.Destroy()
	if err := errors.Join(options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableExtended), options.SetOptimizedModelFilePath(out)); err != nil {
		return err
	}
	inputs, outputs, err := ort.GetInputOutputInfo(in)
	if err != nil {
		return err
	}
	session, err := ort.NewDynamicAdvancedSession(in, names(inputs), names(outputs), options)
	if err != nil {
		return err
	}
	return session.Destroy()
}

func names(infos []ort.InputOutputInfo) (all []string) {
	for _, info := range infos {
		all = append(all, info.Name)
	}
	return all
}
